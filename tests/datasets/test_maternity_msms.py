"""Maternity Services Monthly Statistics: headings of two years, states in names, marks beside zeros, refusals."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.maternity_msms.parse import parse
from orchestration.datasets.maternity_msms.synthesise import synthesise
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import Validated, validate

SPEC = dataset_spec("maternity_msms")
HEADINGS_2023 = "Org_Code,Org_Name,Org_Level,RPStartDate,RPEndDate,IndicatorFamily,Indicator,Currency,Value"
HEADINGS_2024 = (
    "ReportingPeriodStartDate,ReportingPeriodEndDate,Dimension,Org_Level,Org_Code,Org_Name,Measure,Count_Of,Final_value"
)
QUALITY = (
    "ReportingPeriodStartDate,ReportingPeriodEndDate,Org_Code,DataTable,UID,DataItem,Valid,Default,Invalid,Missing,"
    "Denominator"
)
TEARS = "RXX,A TRUST,Provider,01/05/2031,31/05/2031,CQIM_Rate,CQIMTears,{},{}"
BOOKED = "2031-05-01,2031-05-31,{},Provider,RXX,A TRUST,{},Women,{}"
METRIC_2024 = "2031-05-01,2031-05-31,CQIMTears,Provider,RXX,A TRUST,{},,{}"
A_RATE = TEARS.format("Rate", "1")
MEASURES, DATA = "msds-may2031-exp-measures.csv", "msms-may31-exp-data-x7.csv"

Read = Callable[..., Parsed]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def _read(header: str, *rows: str, name: str = MEASURES) -> Parsed:
        path = tmp_path / "some bytes"
        path.write_bytes("\r\n".join([header, *rows, ""]).encode())
        return parse(SourceFile(path, name))

    return _read


def validated(parsed: Parsed, entity: str) -> Validated:
    return validate(SPEC.entity(entity), parsed.tables[entity])


def test_a_metric_reads_the_same_under_the_headings_of_either_year(read: Read) -> None:
    old = read(HEADINGS_2023, TEARS.format("Numerator", "25"), TEARS.format("Rate per Thousand", "31"))
    run_together = HEADINGS_2023.replace("Org_", "Org")
    third = read(run_together, TEARS.format("Numerator", "25"), TEARS.format("Rate per Thousand", "31"))
    new = read(HEADINGS_2024, METRIC_2024.format("Numerator", "25"), METRIC_2024.format("Rate per Thousand", "31"))
    assert (old.layout, third.layout, new.layout) == ("headings_2023", "headings_2023", "headings_2024")
    columns = ["period_start", "period_end", "indicator", "organisation_code", "currency", "value"]
    frames = [validated(parsed, "indicators").frame[columns] for parsed in (old, third, new)]
    assert frames[0].equals(frames[1])
    assert frames[0].equals(frames[2])
    assert frames[0]["period_start"].dt.strftime("%Y-%m-%d").tolist() == ["2031-05-01"] * 2
    assert old.period_label == "May 2031, indicators"


def test_counts_and_metrics_of_one_file_are_told_apart_by_what_they_say(read: Read) -> None:
    parsed = read(
        HEADINGS_2024,
        BOOKED.format("TotalBookings", "", "55.0"),
        METRIC_2024.format("Denominator", "800"),
        "2031-05-01,2031-05-31,TotalBookings,Booking Site,RXX01,A SITE,,Women,5.0",
        "too,short",
        name=DATA,
    )
    counts, metrics = parsed.tables["counts"], parsed.tables["indicators"]
    assert (counts.read, metrics.read) == (3, 1)
    assert counts.ignored == {"organisation_level_not_used": 1}
    assert [fault.rule for fault in counts.malformed] == ["fields:2_not_9"]
    assert counts.frame["measure"].tolist() == ["All"]
    assert parsed.period_label == "May 2031, counts and indicators"


@pytest.mark.parametrize(
    ("name", "status", "release"),
    [
        (MEASURES, "final", "final"),
        ("msds-may2031Provisional-exp-measures.csv", "provisional", "provisional"),
        ("msms-may31-prov-exp-measures-a1b2.csv", "provisional", "provisional"),
        ("msms-may31-provider-exp-measures.csv", "final", "final"),
        ("msms-may31-exp-measures_v2.csv", "final", "revised"),
    ],
)
def test_the_state_stands_in_the_name_only(read: Read, name: str, status: str, release: str) -> None:
    parsed = read(HEADINGS_2023, TEARS.format("Numerator", "25"), name=name)
    assert (parsed.tables["indicators"].frame["status"].tolist(), parsed.release_status) == ([status], release)


@pytest.mark.parametrize(
    ("mark", "status"),
    [("DNS", "missing_at_source"), ("Low DQ", "missing_at_source"), ("*", "suppressed"), ("Pass", "not_applicable")],
)
def test_a_mark_has_a_status_and_is_kept_beside_the_missing_number(read: Read, mark: str, status: str) -> None:
    frame = validated(read(HEADINGS_2023, TEARS.format("Rate", mark)), "indicators").frame
    assert frame["value"].isna().all()
    assert (frame["value_status"].tolist(), frame["mark"].tolist()) == ([status], [mark])


def test_england_has_one_code_whatever_the_file_writes_for_it(read: Read) -> None:
    rows = [f"2031-05-01,2031-05-31,TotalBabies,National,{code},ALL,,{of},5" for code, of in (("", "a"), ("ALL", "b"))]
    assert validated(read(HEADINGS_2024, *rows), "counts").frame["organisation_code"].tolist() == ["National"] * 2


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (BOOKED.format("TotalBookings", "", "53"), "value_is_rounded"),
        (BOOKED.format("TotalBookings", "", "many"), "type:number"),
        (BOOKED.format("TotalBookings", "", "55").replace("Women", "Babies"), "bookings_count_women"),
        (BOOKED.format("EthnicCategoryMotherGroup", "Cornish", "55"), "stratum_is_known"),
        (BOOKED.format("DeprivationDecileAtBooking", "11", "55"), "stratum_is_known"),
        (BOOKED.format("TotalBookings", "", "55").replace("05-31", "06-30"), "window_is_a_month"),
        (BOOKED.format("TotalBookings", "", "55").replace("Provider", "Alliance"), "values"),
    ],
)
def test_a_row_that_breaks_a_rule_goes_to_quarantine(read: Read, row: str, rule: str) -> None:
    parsed = read(HEADINGS_2024, BOOKED.format("AgeAtBookingMotherGroup", "45 or Over", "5"), row, name=DATA)
    result = validated(parsed, "counts")
    assert len(result.frame) == 1
    assert rule in {fault.rule for fault in result.quarantined}


def test_an_average_is_not_rounded(read: Read) -> None:
    row = BOOKED.format("AgeAtBookingMotherAvg", "", "30.4").replace("Women", "Average over women")
    assert validated(read(HEADINGS_2024, row), "counts").quarantined == ()


def test_a_final_file_has_six_to_eight_weeks_and_a_provisional_one_may_lack_it(read: Read) -> None:
    weeks = TEARS.format("Rate", "49.5").replace("CQIMTears", "CQIMBreastfeeding6to8Weeks")
    assert len(validated(read(HEADINGS_2023, TEARS.format("Rate", "3"), weeks), "indicators").frame) == 2
    assert len(validated(read(HEADINGS_2023, TEARS.format("Rate", "3"), name="x-prov.csv"), "indicators").frame) == 1


def test_data_quality_is_a_table_of_its_own(read: Read) -> None:
    parsed = read(QUALITY, "2031-05-01 00:00:00,2031-05-31 00:00:00,RXX,MSD101,M101030,Smoking,95,0,5,,100")
    frame = validated(parsed, "data_quality").frame
    assert (parsed.layout, parsed.period_label) == ("data_quality", "May 2031, data quality")
    assert (frame["valid"].item(), frame["missing_status"].item()) == (95, "missing_at_source")


@pytest.mark.parametrize(
    ("header", "rows", "error", "message"),
    [
        ("Period,Dimension,Org_Level", ["2020-21,a,b"], NotOfThisDataset, "RPStartDate"),
        (HEADINGS_2023.replace("Currency", "Curency"), ["a,b,c,d,e,f,g,h,i"], FileRefused, "'Measure' is missing"),
        (HEADINGS_2023, [], FileRefused, "no row"),
        (HEADINGS_2023, [TEARS.format("Rate", "1").replace("/05/", "/13/")], FileRefused, "no day"),
        (HEADINGS_2023, [TEARS.format("Rate", "1").replace("01/05/2031", "May")], FileRefused, "May"),
        (HEADINGS_2023, [A_RATE, A_RATE.replace("/05/", "/07/")], FileRefused, "one month"),
    ],
)
def test_what_is_no_month_of_the_series_is_refused(
    read: Read, header: str, rows: list[str], error: type[FileRefused], message: str
) -> None:
    with pytest.raises(error, match=message):
        read(header, *rows)


def test_every_synthetic_file_reads_back_without_a_fault(tmp_path: Path) -> None:
    seen = {}
    for file in synthesise(World.make(scale="small")):
        assert b"(SYNTHETIC)" in file.content
        path = tmp_path / file.name
        path.write_bytes(file.content)
        parsed = parse(SourceFile(path, file.name))
        for entity, table in parsed.tables.items():
            result = validate(SPEC.entity(entity), table)
            assert result.quarantined == ()
            assert len(result.frame) > 0
            seen[entity, parsed.release_status] = result.frame
    assert set(seen) == {
        ("counts", "final"),
        ("indicators", "final"),
        ("indicators", "provisional"),
        ("data_quality", "final"),
    }
    weeks = {status: (frame["indicator"] == "CQIMBreastfeeding6to8Weeks").any() for (_, status), frame in seen.items()
             if "indicator" in frame}  # fmt: skip
    assert weeks == {"final": True, "provisional": False}
    low = seen["indicators", "final"].query("mark == 'Low DQ'")
    assert len(low) > 0
