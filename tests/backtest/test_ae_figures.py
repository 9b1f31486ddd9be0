"""A&E: totals, four-hour performance and merged trusts, from the publisher's own files and from a release."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from support_figures import HALF_A_TENTH, Figures
from support_release import RealRelease

from orchestration.catalogue.registry import breaks, dataset_spec
from orchestration.lake.store import Lake

SOURCE = "NHS England, A&E monthly"
HEADINGS = {
    column.name: column.source
    for column in dataset_spec("ae_monthly").entity("attendances").columns
    if column.unit and column.source
}
FIELD_TEST = frozenset(breaks()["ae_field_test_2021_2023"].organisation_codes)
FIELD_TEST_ENDS = date(2023, 6, 1)
MERGED = {
    "RTV": ("RW4", date(2021, 6, 1)),
    "RW6": ("RM3", date(2021, 10, 1)),
    "RBZ": ("RH8", date(2022, 4, 1)),
    "RA4": ("RH5", date(2023, 4, 1)),
    "RVY": ("RBN", date(2023, 7, 1)),
    "RAP": ("RAL", date(2025, 1, 1)),
}
Counts = dict[str, int]


def rows_of(path: Path) -> Iterator[tuple[str, Counts]]:
    """Organisation code (``TOTAL`` for the total row) and counts of every row, read without any of our parsers."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            cells = {(heading or "").strip(): (cell or "").strip() for heading, cell in row.items()}
            if cells.get("Org Code"):
                counts = {name: int(cells[heading].replace(",", "")) for name, heading in HEADINGS.items()}
                yield cells["Org Code"].upper(), counts


@pytest.fixture(scope="module")
def files(real_release: RealRelease) -> dict[str, tuple[Path, list[tuple[str, Counts]]]]:
    """Path and rows of every A&E file by the sha256 of its bytes."""
    paths = sorted((real_release.data / "ae_monthly").glob("*.csv"))
    return {sha256(path.read_bytes()).hexdigest(): (path, list(rows_of(path))) for path in paths}


@pytest.fixture(scope="module")
def months(
    files: dict[str, tuple[Path, list[tuple[str, Counts]]]], real_release: RealRelease
) -> dict[date, dict[str, Counts]]:
    """Counts by month and organisation of the release of each month that counts."""
    shown = real_release.rows(
        "select period_start, release_sha256 from releases where dataset = 'ae_monthly' and is_latest"
    )
    return {month: {code: counts for code, counts in files[sha][1] if code != "TOTAL"} for month, sha in shown}


def test_providers_add_up_to_the_files_own_total_in_every_month_and_column(
    files: dict[str, tuple[Path, list[tuple[str, Counts]]]], real_release: RealRelease, figures: Figures
) -> None:
    columns = list(HEADINGS)
    sums = ", ".join(f"sum({column})" for column in columns)
    loaded = {
        row[0]: dict(zip(columns, row[1:], strict=True))
        for row in real_release.lake(
            f"select release_sha256, {sums} from {{attendances}} group by 1", attendances="ae_monthly/attendances"
        )
    }
    assert set(loaded) == set(files)
    differing = []
    for sha, (path, rows) in files.items():
        (total,) = [counts for code, counts in rows if code == "TOTAL"]
        differing += [(path.name, name) for name in columns if loaded[sha][name] != total[name]]
    figures.none_of(f"sum of providers = total row, {len(files)} files", SOURCE, len(files) * len(columns), differing)
    assert len(columns) == 18


def test_attendances_of_every_organisation_reach_the_marts(
    months: dict[date, dict[str, Counts]], real_release: RealRelease, figures: Figures
) -> None:
    shown = real_release.rows(
        "select period_start, organisation_code, denominator from outcome_trends where dataset = 'ae_monthly' "
        "and measure_id = 'ae_four_hour_performance' and population = 'all' and organisation_view = 'as_was' "
        "and organisation_level = 'provider'"
    )
    kinds = ("attendances_type_1", "attendances_type_2", "attendances_other")
    ours = {(month, code): number for month, code, number in shown}
    theirs = {(m, code): sum(c[kind] for kind in kinds) for m, rows in months.items() for code, c in rows.items()}
    differing = [key for key in theirs.keys() | ours.keys() if theirs.get(key) != ours.get(key)]
    figures.none_of("attendances by organisation and month", SOURCE, len(theirs), differing)


def type_1(rows: dict[str, Counts], *, without: frozenset[str] = frozenset()) -> float:
    """Percentage of type 1 attendances that ended within four hours."""
    chosen = [counts for code, counts in rows.items() if code not in without]
    attended = sum(counts["attendances_type_1"] for counts in chosen)
    return 100 * (1 - sum(counts["over_4_hours_type_1"] for counts in chosen) / attended)


def test_type_1_performance_of_april_2022_leaves_the_field_test_trusts_out(
    real_release: RealRelease, figures: Figures
) -> None:
    ((ours,),) = real_release.rows(
        "select value from outcome_trends where measure_id = 'ae_four_hour_performance' "
        "and organisation_level = 'england' and organisation_view = 'as_was' "
        "and population = 'type 1 departments' and period_start = date '2022-04-01'"
    )
    figures.equal("A&E type 1 within four hours, April 2022, %", SOURCE, 58.6, ours, within=HALF_A_TENTH, decimals=1)


def test_every_month_of_england_is_the_sum_of_those_that_measured(
    months: dict[date, dict[str, Counts]], real_release: RealRelease, figures: Figures
) -> None:
    shown = dict(
        real_release.rows(
            "select period_start, value from outcome_trends where measure_id = 'ae_four_hour_performance' "
            "and organisation_view = 'as_was' and organisation_level = 'england' and population = 'type 1 departments'"
        )
    )
    assert set(shown) == set(months)
    expected = {
        m: type_1(rows, without=FIELD_TEST if m < FIELD_TEST_ENDS else frozenset()) for m, rows in months.items()
    }
    differing = [month for month, value in expected.items() if abs(shown[month] - value) > 1e-9]
    figures.none_of("A&E type 1 within four hours, England by month", SOURCE, len(expected), differing)


def test_the_figure_with_structural_zeros_is_never_shown(
    months: dict[date, dict[str, Counts]], real_release: RealRelease, figures: Figures
) -> None:
    flattered = type_1(months[date(2022, 4, 1)])
    assert round(flattered, 1) == 63.6
    shown = real_release.rows(
        "select population, organisation_view, value, lower_95, upper_95 from outcome_trends "
        "where dataset = 'ae_monthly' and organisation_level = 'england' and period_start = date '2022-04-01' "
        "and measure_id = 'ae_four_hour_performance'"
    )
    near = [row for row in shown if any(abs(number - 63.6) < 0.1 for number in row[2:])]
    figures.none_of("63.6 % of April 2022 is never shown for England", SOURCE, len(shown), near)


def test_no_field_test_trust_has_a_rate_before_june_2023_and_all_have_one_after(
    real_release: RealRelease, figures: Figures
) -> None:
    codes = ", ".join(f"'{code}'" for code in sorted(FIELD_TEST))
    query = (
        "select organisation_code, period_start, value, numerator, value_status from outcome_trends "
        "where measure_id = 'ae_four_hour_performance' and population = 'type 1 departments' "
        f"and organisation_view = 'as_was' and organisation_code in ({codes}) and period_start {{}} date '2023-06-01'"
    )
    before, after = real_release.rows(query.format("<")), real_release.rows(query.format(">="))
    shown = [row for row in before if row[2] is not None or row[3] is not None or row[4] != "missing_at_source"]
    figures.none_of("field-test trusts to May 2023: missing at source", "EVALUATION 1.1", len(before), shown)
    assert {row[0] for row in before} == FIELD_TEST
    assert {row[0] for row in after if row[2] is not None} == FIELD_TEST


def by_organisation(release: RealRelease, view: str) -> dict[str, dict[date, float]]:
    """Attendances of all types by organisation and month in one view."""
    shown: dict[str, dict[date, float]] = defaultdict(dict)
    for code, month, number in release.rows(
        "select organisation_code, period_start, denominator from outcome_trends where population = 'all' "
        "and measure_id = 'ae_four_hour_performance' and organisation_level = 'provider' "
        f"and organisation_view = '{view}'"
    ):
        shown[code][month] = number
    return shown


def test_merged_trusts_end_where_the_series_says_and_run_on_under_their_successor(
    months: dict[date, dict[str, Counts]], real_release: RealRelease, figures: Figures
) -> None:
    as_was, as_now = by_organisation(real_release, "as_was"), by_organisation(real_release, "as_now")
    for old, (new, from_) in MERGED.items():
        last = max(month for month, rows in months.items() if old in rows)
        following = min(month for month in months if month > last)
        assert following == from_
        figures.says(f"{old} as was ends", SOURCE, f"{last:%Y-%m}", f"{max(as_was[old]):%Y-%m}")
        assert old not in as_now
        assert set(as_now[new]) == set(months)
        assert max(as_was[new]) == max(months)
        for month in months:
            constituents = as_was[new].get(month, 0) + as_was[old].get(month, 0)
            assert as_now[new][month] == constituents, (old, new, month)
    recorded = real_release.rows(
        "select old_code, current_code, max(effective_on) from organisation_successions "
        f"where old_code in {tuple(MERGED)} and is_reviewed group by 1, 2"
    )
    assert {old: (new, day) for old, new, day in recorded} == MERGED


def test_totals_agree_as_was_and_as_now(real_release: RealRelease, figures: Figures) -> None:
    rows = real_release.rows(
        "select period_start, measure_id, sum(denominator) filter (where organisation_view = 'as_was') as was, "
        "sum(denominator) filter (where organisation_view = 'as_now') as now, "
        "sum(case when measure_id = 'ae_twelve_hour_waits' then numerator end) "
        "filter (where organisation_view = 'as_was') as numerator_was, "
        "sum(case when measure_id = 'ae_twelve_hour_waits' then numerator end) "
        "filter (where organisation_view = 'as_now') as numerator_now "
        "from outcome_trends where dataset = 'ae_monthly' and organisation_level = 'provider' and population = 'all' "
        "group by 1, 2"
    )
    differing = [row for row in rows if row[2] != row[3] or row[4] != row[5]]
    figures.none_of("A&E totals as was = as now, by month and measure", "outcome_trends", len(rows), differing)


def test_every_file_counted_is_one_release(real_release: RealRelease, figures: Figures) -> None:
    reports = Lake(real_release.home.lake).reports("ae_monthly")
    figures.says("A&E files / months", SOURCE, "50 / 49", f"{len(reports)} / {len({r.period_start for r in reports})}")
