"""Research activity: typed, empty until its dataset comes, and ready for an owner's own figures.

Belongs here: spec and canonical form of ``research_activity``. Does not: hiding small counts (dbt unit tests).
"""

from pathlib import Path

from support_record_rows import judged, rules_by_row

from orchestration.datasets.research_activity.synthesise import synthesise
from orchestration.simulation.world import World

YEAR = {
    "organisation_code": "ZT001", "financial_year": "2016/17", "source": "own_count", "studies_recruiting": "24",
    "participants": "347", "interventional_participants": "40", "commercial_studies": "3",
    "denominator_type": "clinical_staff_wte", "denominator": "1200.5",
}  # fmt: skip


def test_no_recruitment_is_simulated() -> None:
    assert list(synthesise(World.make(scale="small"))) == []


def test_an_owners_own_figures_load_and_what_is_left_out_stays_unknown(tmp_path: Path) -> None:
    short = {name: YEAR[name] for name in ("organisation_code", "financial_year", "participants")}
    full = judged(tmp_path, "research_activity", "trust_years", YEAR).frame.iloc[0]
    left_out = judged(tmp_path, "research_activity", "trust_years", short)
    assert (full["participants"], full["denominator"]) == (347, 1200.5)
    assert left_out.quarantined == ()
    assert left_out.frame["source"].tolist() == left_out.frame["denominator_type"].tolist() == ["unknown"]
    assert left_out.frame["interventional_participants"].isna().all()


def test_a_row_that_cannot_be_read_goes_to_quarantine_by_its_rule(tmp_path: Path) -> None:
    faulty: list[tuple[dict[str, object], str]] = [
        ({"financial_year": "2016/18"}, "year_of_two_halves"),
        ({"financial_year": "2016"}, "pattern"),
        ({"interventional_participants": "348"}, "interventional_above_all"),
        ({"commercial_studies": "25"}, "commercial_above_all"),
        ({"participants": "-1"}, "minimum"),
        ({"participants": "about 300"}, "type:integer"),
        ({"data_cut_on": "1900-01-01"}, "date_before_1990"),
        ({"organisation_code": "ZT999"}, "unknown_organisation"),
    ]
    broken = rules_by_row(tmp_path, "research_activity", "trust_years", *[{**YEAR, **change} for change, _ in faulty])
    for (change, rule), found in zip(faulty, broken, strict=True):
        assert rule in found, change


def test_the_turn_of_the_century_is_a_financial_year(tmp_path: Path) -> None:
    row = {**YEAR, "financial_year": "1999/00"}
    assert judged(tmp_path, "research_activity", "trust_years", row).quarantined == ()
