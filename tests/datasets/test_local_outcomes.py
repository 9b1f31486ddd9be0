"""A team's own outcomes: the template, its rules, and the simulated outcomes with the two worked examples.

Belongs here: ``local_outcomes``. Does not: protecting counts and joining the other measures (dbt).
"""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_records import canonical_bytes, judged, judged_tables, parsed, rules, workbook_sheets

from orchestration.catalogue.models import ColumnType, Measure
from orchestration.catalogue.registry import dataset_spec, measures
from orchestration.datasets.local_outcomes.synthesise import EXAMPLES, months_of, starts_on
from orchestration.datasets.protocol import synthesiser_of
from orchestration.simulation.world import World
from orchestration.validation.validate import Validated

NAME = "local_outcomes"
MEASURE = {
    "measure_id": "local_uptake", "title": "Uptake", "numerator": "Screened", "denominator": "Invited",
    "unit": "percent", "direction": "higher", "role": "process", "nature": "flow", "quality_theme": "outcomes",
}  # fmt: skip
OUTCOME = {
    "measure_id": "local_uptake", "organisation_code": "ZT001", "period_start": "2024-04-01",
    "period_end": "2024-04-30", "stratum_dimension": "all", "stratum": "all", "numerator": "50", "denominator": "100",
}  # fmt: skip
FIFTH = {"stratum_dimension": "deprivation", "stratum": "1", "stratum_scheme": "imd2019_lsoa2011_quintile"}


def outcomes(folder: Path, *rows: dict[str, str]) -> Validated:
    return judged(NAME, {"outcomes": rows}, folder, ["ZT001"])["outcomes"]


def test_a_team_says_what_it_counts_and_a_blank_margin_stays_blank(tmp_path: Path) -> None:
    (row,) = judged(NAME, {"measures": [MEASURE]}, tmp_path)["measures"].frame.to_dict("records")

    assert row["clinical_topic"] == "unknown"
    assert row["margin_overall"] != row["margin_overall"]


def test_the_name_of_a_local_measure_begins_with_local(tmp_path: Path) -> None:
    names = ["uptake", "local_Uptake", "local_a", "talking_therapies_recovery", "local_up take"]
    result = judged(NAME, {"measures": [{**MEASURE, "measure_id": name} for name in names]}, tmp_path)["measures"]
    assert rules(result) == [(row, "pattern", "measure_id") for row in range(2, 2 + len(names))]


def test_no_measure_of_the_catalogue_has_the_name_of_a_local_one_and_all_share_their_words() -> None:
    assert not [name for name in measures() if name.startswith("local_")]
    entity = dataset_spec(NAME).entity("measures")
    for name in ("unit", "direction", "role", "nature", "quality_theme"):
        allowed = set(entity.column(name).values or ())
        assert allowed <= set(Measure.model_json_schema()["properties"][name]["enum"]), name
    topics = dataset_spec("qi_projects").entity("projects").column("clinical_topic").values
    assert entity.column("clinical_topic").values == topics


SPANS = {
    ("2024-02-01", "2024-02-29"): "",
    ("2024-01-01", "2024-03-31"): "",
    ("2024-10-01", "2024-12-31"): "",
    ("2024-01-01", "2024-12-31"): "",
    ("2023-04-01", "2024-03-31"): "",
    ("2024-02-01", "2024-02-28"): "period_is_no_month_quarter_or_year",
    ("2024-02-02", "2024-03-01"): "period_is_no_month_quarter_or_year",
    ("2024-02-01", "2024-04-30"): "period_is_no_month_quarter_or_year",
    ("2024-07-01", "2025-06-30"): "period_is_no_month_quarter_or_year",
    ("2024-04-01", "2024-03-31"): "period_end_before_start",
    ("1900-01-01", "1900-01-31"): "date_before_1990",
}


def test_months_quarters_and_years_are_periods_and_any_other_span_goes_to_quarantine(tmp_path: Path) -> None:
    result = outcomes(tmp_path, *[{**OUTCOME, "period_start": start, "period_end": end} for start, end in SPANS])
    expected = [(row, rule, "") for row, rule in enumerate(SPANS.values(), start=2) if rule]
    assert rules(result) == expected


def is_period(start: date, days: int) -> bool:
    """What the calendar says of a span."""
    following = start + timedelta(days=days + 1)
    months = (following.year - start.year) * 12 + following.month - start.month
    firsts = {1: set(range(1, 13)), 3: {1, 4, 7, 10}, 12: {1, 4}}
    return start.day == 1 and following.day == 1 and start.month in firsts.get(months, set())


DAYS = st.dates(date(1990, 1, 1), date(2050, 1, 1))
STARTS = st.one_of(DAYS, DAYS.map(lambda day: day.replace(day=1)))
LENGTHS = st.one_of(st.integers(1, 400), st.sampled_from([27, 28, 29, 30, 89, 90, 91, 364, 365]))


@settings(max_examples=3, deadline=None)
@given(st.lists(st.tuples(STARTS, LENGTHS), min_size=30, max_size=60, unique=True))
def test_a_span_is_a_period_exactly_when_the_calendar_says_so(
    tmp_path_factory: pytest.TempPathFactory, spans: list[tuple[date, int]]
) -> None:
    rows = [
        {**OUTCOME, "period_start": start.isoformat(), "period_end": (start + timedelta(days=days)).isoformat()}
        for start, days in spans
    ]
    refused = {row for row, _, _ in rules(outcomes(tmp_path_factory.mktemp("spans"), *rows))}
    assert refused == {at for at, span in enumerate(spans, start=2) if not is_period(*span)}


BROKEN: list[tuple[dict[str, str], str]] = [
    ({"numerator": "101"}, "numerator_above_denominator"),
    ({"numerator": "-1"}, "minimum"),
    ({"numerator": "3.5"}, "type:integer"),
    ({"stratum": "female"}, "all_is_one_group"),
    ({"stratum_dimension": "sex"}, "all_is_one_group"),
    ({"stratum_scheme": "imd2019_lsoa2011_quintile"}, "only_deprivation_has_a_scheme"),
    ({"stratum_dimension": "ethnicity", "stratum": "Asian", "stratum_scheme": "imd2019_lsoa2011_decile"},
     "only_deprivation_has_a_scheme"),
    ({**FIFTH, "stratum_scheme": ""}, "deprivation_names_its_index"),
    ({**FIFTH, "stratum": "6"}, "deprivation_group_is_no_fifth_or_tenth"),
    ({**FIFTH, "stratum": "most deprived"}, "deprivation_group_is_no_fifth_or_tenth"),
    ({"stratum_dimension": "sex", "stratum": "Female"}, "known_groups_are_written_small"),
    ({"stratum_dimension": "disability", "stratum": "yes"}, "values"),
    ({"population": "All"}, "everybody_is_a_blank_population"),
    ({"organisation_code": "ZT999"}, "unknown_organisation"),
]  # fmt: skip


def test_an_outcome_that_breaks_a_rule_goes_to_quarantine(tmp_path: Path) -> None:
    # each row in a year of its own, so that none repeats another
    years = [{"period_start": f"{2000 + at}-04-01", "period_end": f"{2000 + at}-04-30"} for at in range(len(BROKEN))]
    rows = [{**OUTCOME, **change, **year} for (change, _), year in zip(BROKEN, years, strict=True)]
    result = outcomes(tmp_path, *rows)

    assert result.frame.empty
    assert {(row, rule) for row, (_, rule) in enumerate(BROKEN, start=2)} <= {f[:2] for f in rules(result)}


def test_groups_of_any_spelling_unknown_people_and_tenths_are_taken(tmp_path: Path) -> None:
    tenth = {**FIFTH, "stratum": "10", "stratum_scheme": "imd_decile_version_not_stated"}
    changes: list[dict[str, str]] = [
        {"stratum_dimension": "ethnicity", "stratum": "Asian or Asian British"},
        {"stratum_dimension": "ethnicity", "stratum": "unknown"},
        FIFTH,
        {**FIFTH, "stratum": "unknown"},
        tenth,
        {"population": "people with diabetes"},
        {"numerator": "0", "denominator": "0", "period_start": "2024-05-01", "period_end": "2024-05-31"},
    ]
    assert not outcomes(tmp_path, *[{**OUTCOME, **change} for change in changes]).quarantined


def test_a_cell_that_is_counted_twice_differently_goes_to_quarantine(tmp_path: Path) -> None:
    result = outcomes(tmp_path, OUTCOME, {**OUTCOME, "numerator": "51"}, {**OUTCOME, "period_start": "2024-05-01",
                                                                       "period_end": "2024-05-31"})  # fmt: skip
    assert [rule for _, rule, _ in rules(result)] == ["duplicate_key", "duplicate_key"]


def test_no_prose_of_a_team_escapes_the_privacy_screen() -> None:
    for entity in dataset_spec(NAME).entities:
        for column in entity.columns:
            if column.type is ColumnType.TEXT:
                assert column.values or column.pattern or column.free_text, column.name


@pytest.fixture(scope="module")
def world() -> World:
    return World.make()


@pytest.fixture(scope="module")
def simulated(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Validated]:
    folder = tmp_path_factory.mktemp(NAME)
    (file,) = synthesiser_of(NAME)(world)
    said = parsed(NAME, canonical_bytes(NAME, workbook_sheets(NAME, file, folder)), folder)
    return judged_tables(NAME, said, {trust.code for trust in world.trusts})


def test_simulated_outcomes_say_so_and_reconcile(simulated: dict[str, Validated]) -> None:
    assert all(not result.quarantined for result in simulated.values())
    assert all("SYNTHETIC" in title for title in simulated["measures"].frame["title"])
    frame = simulated["outcomes"].frame
    assert set(frame["measure_id"]) == set(simulated["measures"].frame["measure_id"])
    key = ["measure_id", "organisation_code", "period_start"]
    fifths = frame[frame["stratum_dimension"] == "deprivation"].groupby(key)["numerator"].sum()
    wholes = frame[frame["stratum_dimension"] == "all"].set_index(key)["numerator"]
    both = fifths.index.intersection(wholes.index)
    assert len(both) == 24
    assert (fifths[both] == wholes[both]).all()
    assert len(fifths) == 48, "one of two trusts leaves the whole to be made of its fifths"


def test_both_worked_examples_gain_15_4_points_and_only_one_gap_narrows(
    world: World, simulated: dict[str, Validated]
) -> None:
    frame = simulated["outcomes"].frame
    change = starts_on(world)
    assert months_of(world).index(change) == 12
    gaps = {}
    for example in EXAMPLES:
        rows = frame[frame["measure_id"] == example.measure_id]
        rate = rows.assign(
            rate=100.0 * rows["numerator"].astype(float) / rows["denominator"].astype(float),
            after=rows["period_start"].dt.date >= change,
        )
        assert set(rows["numerator"] % 5) == {0}, "rounding to 5 changes no figure of the examples"
        spread = rate.groupby(["stratum", "after"])["rate"]
        assert (spread.nunique() == 1).all()
        mean = spread.first()
        assert mean["all", True] - mean["all", False] == pytest.approx(15.4)
        assert mean["Group B", True] < mean["Group B", False]
        gaps[example.measure_id] = [abs(mean["Group A", after] - mean["Group B", after]) for after in (False, True)]
    assert gaps == {
        "local_screening_gap_widens": pytest.approx([10, 30]),
        "local_screening_gap_narrows": pytest.approx([30, 10]),
    }
