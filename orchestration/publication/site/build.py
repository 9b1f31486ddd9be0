"""Write the static site of a release: pages from published marts, styles beside them, nothing else.

Belongs here: which pages there are, what each gets, writing files. Does not: the words of a page (sections.py,
summaries.py, templates/), pictures (charts.py), or deciding what may be published (disclosure control comes before).

A page is determined by its tables and facts: no run time, no random id, no file system order.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.publication.site import sections, summaries, words

if TYPE_CHECKING:  # heavy, or only needed for its type
    import pandas as pd
    from jinja2 import Environment

    from orchestration.catalogue.models import DatasetSpec

HERE = Path(__file__).resolve().parent
VENDORED = "nhsuk-frontend-10.6.1.min.css"
STYLES = {VENDORED: HERE / "vendor" / VENDORED, "evenhand.css": HERE / "assets" / "evenhand.css"}
MARTS = (
    "outcome_trends",
    "outcome_inequalities",
    "releases",
    "data_quality",
    "breaks",
    "qi_projects",
    "qi_project_sites",
    "qi_activity",
    "qi_outcome_links",
)


@dataclass(frozen=True)
class DatasetFacts:
    """What a page says about where a dataset comes from; ``licence`` is the spec's licence code."""

    name: str
    title: str
    publisher: str
    licence: str
    attribution: str
    landing_page: str


@dataclass(frozen=True)
class SiteFacts:
    """What a page says and no mart holds.

    ``made_from`` are lines of text about the inputs of the release. ``database`` and ``parquet`` are paths inside the
    release folder, as they stand in the example queries; ``{mart}`` in ``parquet`` is replaced.
    """

    is_synthetic: bool
    datasets: tuple[DatasetFacts, ...]
    made_from: tuple[str, ...]
    version: str
    database: str = "evenhand.duckdb"
    parquet: str = "marts/{mart}.parquet"


def dataset_facts(spec: "DatasetSpec") -> DatasetFacts:
    """The facts of one dataset, out of its spec."""
    return DatasetFacts(spec.name, spec.title, spec.publisher, spec.licence, spec.attribution, spec.landing_page)


def build_site(tables: "Mapping[str, pd.DataFrame]", facts: SiteFacts, into: Path) -> list[Path]:
    """Write the site of a release into ``into`` and return the files written, sorted.

    ``tables`` are the published marts by name, as protected for release; one that does not exist yet counts as empty.
    Raises KeyError when ``outcome_trends`` is not among them.
    """
    if "outcome_trends" not in tables:
        raise KeyError("outcome_trends: the site is made from the published marts, and this one is missing")
    marts = _complete(tables)
    page = _environment().get_template("index.html.j2").render(**_index(marts, facts))
    assets = into / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    index = into / "index.html"
    index.write_text(page, encoding="utf-8", newline="\n")
    for name, source in STYLES.items():
        shutil.copyfile(source, assets / name)
    return sorted([index, *(assets / name for name in STYLES)])


def _complete(tables: "Mapping[str, pd.DataFrame]") -> "dict[str, pd.DataFrame]":
    import pandas as pd

    return {name: tables.get(name, pd.DataFrame()) for name in MARTS}


def _index(marts: "Mapping[str, pd.DataFrame]", facts: SiteFacts) -> dict[str, object]:
    """Everything that the index page prints."""
    trends, quality = marts["outcome_trends"], marts["data_quality"]
    titles = {dataset.name: dataset.title for dataset in facts.datasets}
    is_synthetic = facts.is_synthetic or any(_holds_synthetic(frame) for frame in marts.values())
    measures = sections.measure_sections(
        trends, marts["outcome_inequalities"], marts["breaks"], is_synthetic=is_synthetic
    )
    return {
        "facts": facts,
        "is_synthetic": is_synthetic,
        "measures": measures,
        "undrawn": sections.titles_without(measures, trends),
        "coverage": summaries.coverage(trends, titles) if not trends.empty else None,
        "reconciliation": summaries.reconciliation(quality, titles) if not quality.empty else None,
        "files": summaries.reconciliation_by_file(quality, titles) if not quality.empty else (),
        "improvement": summaries.improvement(marts),
        "bases": summaries.bases(trends),
        "licences": words.LICENCE,
        "statuses": words.STATUS,
        "styles": [f"assets/{name}" for name in STYLES],
    }


def _holds_synthetic(frame: "pd.DataFrame") -> bool:
    return "is_synthetic" in frame.columns and bool(frame["is_synthetic"].fillna(False).astype(bool).any())


def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["web_link"] = _is_web_link
    return environment


def _is_web_link(address: str) -> bool:
    """Whether an address may become a link: nothing but http and https."""
    return address.startswith(("https://", "http://"))
