"""What the site is made from: staged marts as frames, and facts about datasets from the catalogue.

Belongs here: reading no more of the staged marts than the site shows. Does not: words or pictures.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.catalogue.registry import dataset_specs
from orchestration.publication.site.build import MARTS, SiteFacts, dataset_facts

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

COVERAGE = (
    "dataset", "measure_id", "measure_title", "organisation_level", "organisation_code", "period_start",
    "period_end", "stratum_dimension", "stratum_basis", "stratum_scheme", "organisation_view", "is_synthetic",
)  # fmt: skip


def read_site_tables(con: "duckdb.DuckDBPyConnection", marts: Path) -> "dict[str, pd.DataFrame]":
    """The marts that the site shows, from their staged Parquet files.

    Of outcome_trends and outcome_inequalities it holds England's rows whole; of other organisations only what coverage
    counts (dataset, measure, organisation, period, dimension), the other columns NULL. What teams count themselves is
    for the home's analysts and no part of the site.
    """
    tables = {}
    for name in MARTS:
        source = f"read_parquet('{marts / name}.parquet')"
        if name == "outcome_trends":
            tables[name] = con.execute(_trends(con, source)).fetch_df()
        elif name == "outcome_inequalities":
            tables[name] = con.execute(f"select * from {source} where organisation_level = 'england'").fetch_df()
        else:
            tables[name] = con.execute(f"select * from {source}").fetch_df()
    return tables


def _trends(con: "duckdb.DuckDBPyConnection", source: str) -> str:
    columns = [row[0] for row in con.execute(f"describe select * from {source}").fetchall()]
    others = ", ".join(name if name in COVERAGE else f"null as {name}" for name in columns)
    by_users = ", ".join(f"'{spec.name}'" for spec in dataset_specs().values() if spec.is_user_supplied)
    return (
        f"select {', '.join(columns)} from {source} "
        f"where organisation_level = 'england' and dataset not in ({by_users}) "
        f"union all select distinct {others} from {source} "
        f"where organisation_level <> 'england' and organisation_view = 'as_was' and dataset not in ({by_users})"
    )


def site_facts(is_synthetic: bool) -> SiteFacts:
    """What the page says of datasets, inputs and version."""
    from importlib.metadata import version

    specs = dataset_specs().values()
    source = (
        "the simulated NHS of the demo" if is_synthetic else "files of the publishers named below, and QI logs of users"
    )
    return SiteFacts(
        is_synthetic=is_synthetic,
        datasets=tuple(dataset_facts(spec) for spec in specs),
        made_from=(f"Made from {source}.",),
        version=version("evenhand"),
        parquet="marts/{mart}.parquet",
    )
