"""SQL of the golden analyses as dbt compiles it, for tests of what the marts call."""

from collections.abc import Callable

import duckdb
import pandas as pd
import pytest

from benchmarks.golden import compiled_analyses

# the view that an analysis reads
VIEWS = {
    "golden_phe_proportion": "phe_proportion__input",
    "golden_phe_rate": "phe_rate__input",
    "golden_phe_dsr": "phe_dsr__input",
    "golden_phe_isratio": "phe_isratio__input",
    "golden_fdr_p_adjust": "fdr_p_adjust__input",
    "golden_phe_quantile": "phe_quantile__input",
    "golden_wilson_byars_exact_ci": "wilson_byars_exact_ci__input",
    "rates_of_bounds": "bounds",
    "slopes_of_groups": "strata",
    "golden_who_healthequal_nonordered": "who_healthequal__input_nonordered",
    "p_values": "statistics",
}


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Compiled SQL by the analysis' name."""
    return compiled_analyses(tmp_path_factory.mktemp("golden"))


@pytest.fixture(scope="session")
def compute(compiled: dict[str, str]) -> Callable[[str, pd.DataFrame], pd.DataFrame]:
    """Run a compiled analysis on rows of one's own; the answer in the order of its first column."""
    con = duckdb.connect(config={"threads": 1})

    def run(analysis: str, rows: pd.DataFrame) -> pd.DataFrame:
        con.register(VIEWS[analysis], rows)
        return con.execute(f"select * from ({compiled[analysis]}) order by 1").df()

    return run
