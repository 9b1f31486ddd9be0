"""Detectable change keeps what it promises on simulated series; the planner's answer is plain and safe."""

from pathlib import Path
from typing import Any

import duckdb
import jinja2
import numpy as np
import pytest
import yaml

from orchestration.catalogue.registry import dataset_specs, measures
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.refresh import planning

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "dbt_project" / "models"
JINJA = jinja2.Environment()  # noqa: S701 - it makes SQL of the project's own macros, not HTML


def macros(name: str) -> Any:
    """The macros of a file of the dbt project, as functions that give SQL."""
    return JINJA.from_string((ROOT / "dbt_project" / "macros" / name).read_text(encoding="utf-8")).module


MACROS = macros("planning.sql")


def detectable(sd: float, rho: float, periods: int) -> float:
    """The macro's answer, as DuckDB computes it."""
    [[value]] = duckdb.sql(
        "select " + MACROS.detectable_change(f"{sd}::double", f"{rho}::double", str(periods))
    ).fetchall()
    return float(value)


def autoregressive(rng: np.random.Generator, rho: float, shape: tuple[int, int]) -> Any:
    """Rows of stationary series with standard deviation 1."""
    noise = rng.normal(size=shape)
    series = np.empty(shape)
    series[:, 0] = noise[:, 0]
    for at in range(1, shape[1]):
        series[:, at] = rho * series[:, at - 1] + np.sqrt(1 - rho**2) * noise[:, at]
    return series


def promises(series: Any) -> Any:
    """Detectable changes of 12 and 12 months by the project's own model, run on monthly series, one a row."""
    runs, months = series.shape
    con = duckdb.connect()
    con.register("wide", {"run": np.repeat(np.arange(runs), months), "month": np.tile(np.arange(months), runs),
                          "value": series.ravel()})  # fmt: skip
    con.execute(
        "create table gathered as select 'm' as measure_id, 'ods' as organisation_scheme, "
        "run::varchar as organisation_code, 'all' as stratum_dimension, 'none' as stratum_scheme, "
        "'all' as group_stratum, 'crude' as adjustment, "
        "'month' as period_kind, (date '2020-01-01' + to_months(month::integer))::date as period_start, "
        "last_day(date '2020-01-01' + to_months(month::integer)) as period_end, value from wide"
    )
    change = MACROS.detectable_change("residual_sd", "autocorrelation", "12")
    found = con.sql(f"select {change} as change from ({_compiled('int_plan_series__estimated.sql')})").df()
    assert len(found) == runs
    return found["change"].to_numpy()


def _compiled(model: str) -> str:
    """The model's SQL with DuckDB's words for dbt's macros."""

    class Dbt:
        @staticmethod
        def datediff(start: str, end: str, part: str) -> str:
            return f"datediff('{part}', {start}, {end})"

        @staticmethod
        def dateadd(part: str, count: int, day: str) -> str:
            return f"({day} + to_months({count}))"

    columns = macros("columns.sql")
    text = (MODELS / "intermediate" / model).read_text(encoding="utf-8")
    return JINJA.from_string(text).render(
        ref=lambda _: "gathered", dbt=Dbt, qualified=columns.qualified, matching=columns.matching,
        corrected_autocorrelation=MACROS.corrected_autocorrelation,
    )  # fmt: skip


def test_without_memory_the_detectable_change_is_that_of_two_means() -> None:
    assert detectable(2.0, 0.0, 12) == pytest.approx((1.959964 + 0.841621) * 2.0 * np.sqrt(2 / 12), rel=1e-5)
    assert detectable(2.0, 0.0, 24) == pytest.approx(detectable(2.0, 0.0, 12) / np.sqrt(2))


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("periods", [12, 24])
def test_a_change_of_the_detectable_size_is_found_four_times_in_five(rho: float, periods: int) -> None:
    rng = np.random.default_rng(20261122)
    series = autoregressive(rng, rho, (20_000, 2 * periods))
    difference = series[:, periods:].mean(axis=1) - series[:, :periods].mean(axis=1)

    change = detectable(1.0, rho, periods)
    critical = 1.959964 * change / 2.801585

    assert np.mean(np.abs(difference) > critical) == pytest.approx(0.05, abs=0.006)
    assert np.mean(np.abs(difference + change) > critical) == pytest.approx(0.80, abs=0.012)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6])
def test_spread_and_memory_estimated_from_four_years_promise_about_the_right_change(rho: float) -> None:
    rng = np.random.default_rng(4)
    months = np.arange(48)
    season = 2.0 * np.sin(2 * np.pi * months / 12)
    series = autoregressive(rng, rho, (300, 48)) + season + 0.1 * months

    promised = np.median(promises(series))

    # a fifth too small or too large, at most: the docs say that the figure is about right
    assert promised / detectable(1.0, rho, 12) == pytest.approx(1.0, abs=0.2)


def test_a_longer_window_shows_smaller_changes_whatever_the_memory() -> None:
    for rho in (0.0, 0.3, 0.6, 0.9):
        changes = [detectable(1.0, rho, periods) for periods in (24, 48, 96)]
        assert changes == sorted(changes, reverse=True)


def test_topics_of_the_log_and_topics_of_measures_are_the_same_words() -> None:
    column = dataset_specs()["qi_projects"].entity("projects").column("clinical_topic")
    linked = {topic for measure in measures().values() for topic in measure.linked_qi_topics}

    assert set(column.values or ()) - {"other", "unknown"} == linked


def test_no_measure_of_deaths_or_of_the_whole_staff_has_a_topic() -> None:
    for name in ("shmi", "shmi_deaths_after_admission", "staff_engagement", "staff_standard_of_care"):
        assert measures()[name].linked_qi_topics == ()


def _row(**changes: Any) -> dict[str, Any]:
    """A row of the mart with every column of its contract."""
    [path] = MODELS.rglob("project_planning.yml")
    [model] = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    row = dict.fromkeys(column["name"] for column in model["columns"])
    known = {
        "measure_id": "recovery", "measure_title": "Recovery", "unit": "percent", "organisation_code": "RXX",
        "organisation_name": "A TRUST", "stratum_dimension": "all", "group_stratum": "all",
        "baseline_from": "2024-04-01", "baseline_to": "2025-03-31", "baseline_value": 48.2,
        "baseline_denominator": 5120.0,
        "peers": 10,
        "peer_value_lower_quartile": 45.0, "peer_value_median": 47.0, "peer_value_upper_quartile": 50.0,
        "peers_with_gap": 0, "hidden_strata": 0, "detectable_change_12_periods": 3.1,
        "detectable_change_24_periods": 2.2,
        "margin": 2.0, "months_needed": 28,
    }  # fmt: skip
    return {**row, **known, **changes}


GAP = {
    "stratum_dimension": "deprivation", "group_stratum": "1", "comparator_stratum": "10", "group_value": 41.0,
    "comparator_value": 54.0, "baseline_gap": -13.0, "peers_with_gap": 9, "peer_gap_lower_quartile": -15.0,
    "peer_gap_median": -12.0, "peer_gap_upper_quartile": -9.5, "unknown_share": 0.043, "hidden_strata": 1,
    "not_plannable_because": "too_few_points", "note": "The series is too short to tell how much it moves by itself.",
}  # fmt: skip


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Queries asked of a release that holds two rows."""
    asked: list[str] = []
    rows = [_row(), _row(**GAP)]

    def answer(_: Home, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        asked.append(query)
        found = rows if "'RXX'" in query and ("'recovery'" in query or "distinct" in query) else []
        return list(rows[0]), [tuple(row.values()) for row in found]

    monkeypatch.setattr(planning, "run_query", answer)
    return asked


def test_a_plan_says_where_we_stand_beside_whom_and_what_could_be_seen(published: list[str], tmp_path: Path) -> None:
    planned = planning.plan(Home(tmp_path), "rxx", "recovery")
    text = planning.render(planned)

    assert planned["overall"]["baseline_value"] == 48.2
    assert [row["group_stratum"] for row in planned["groups"]] == ["1"]
    assert "48.2 % of 5,120" in text
    assert "28 months before and after would show one of 2.0" in text
    assert "41.0 % against 54.0 % (10): gap -13.0" in text
    assert "4.3% have no recorded group. 1 groups have a hidden or missing figure." in text
    assert "too short to tell" in text
    assert "associated with" in text


def test_a_word_that_is_no_code_never_reaches_the_database(published: list[str], tmp_path: Path) -> None:
    for organisation, measure, dimension in (
        ("RXX' or '1'='1", "recovery", "all"), ("RXX", "recovery; drop table x", "all"), ("RXX", "recovery", "x'"),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            planning.plan(Home(tmp_path), organisation, measure, dimension)
    assert published == []


def test_a_measure_that_the_organisation_lacks_is_answered_with_those_it_has(
    published: list[str], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="RXX has no figures of waits; it has recovery"):
        planning.plan(Home(tmp_path), "RXX", "waits")
    with pytest.raises(UsageError, match="no figures of RZZ"):
        planning.plan(Home(tmp_path), "RZZ", "waits")
