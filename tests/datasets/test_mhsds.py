"""Mental Health Services Monthly Statistics: windows, states, units in one column, strata in two places, refusals."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.mhsds.parse import parse
from orchestration.datasets.mhsds.synthesise import synthesise
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import Validated, validate

ENTITY = dataset_spec("mhsds").entity("measures")
HEADER = (
    "REPORTING_PERIOD_START,REPORTING_PERIOD_END,STATUS,BREAKDOWN,PRIMARY_LEVEL,PRIMARY_LEVEL_DESCRIPTION,"
    "SECONDARY_LEVEL,SECONDARY_LEVEL_DESCRIPTION,MEASURE_ID,MEASURE_NAME,MEASURE_VALUE"
)
NAME = "MHSDS%20Data_4WW_MayPerf_2031.csv"
WINDOW = "01/03/2031,31/05/2031"
MONTH = "01/05/2031,31/05/2031"
ENGLAND = f"{WINDOW},Performance,England,England,England,NONE,NONE,MRS08,Number of spells,401"
HIDDEN = f"{WINDOW},Performance,Provider,Z9P2P,A CHARITY,NONE,NONE,MRS08,Number of spells,*"
MEDIAN = f"{MONTH},Performance,England,England,England,NONE,NONE,MRS10a,Median time (days) for spells,186.5"

Read = Callable[..., Parsed]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def _read(*rows: str, header: str = HEADER, name: str = NAME, encoding: str = "utf-8") -> Parsed:
        path = tmp_path / "some bytes"
        path.write_bytes("\r\n".join([header, *rows, ""]).encode(encoding))
        return parse(SourceFile(path, name))

    return _read


def validated(parsed: Parsed) -> Validated:
    return validate(ENTITY, parsed.tables["measures"])


def test_every_row_of_the_real_file_is_loaded(real_data: Path) -> None:
    (path,) = (real_data / "mhsds").glob("*.csv")
    parsed = parse(SourceFile(path, path.name))
    result = validated(parsed)
    assert (result.read, len(result.frame), result.quarantined, dict(result.ignored)) == (19_958, 19_958, (), {})
    assert result.suppressed_cells == 12_477
    assert (parsed.layout, parsed.period_label) == ("four_week_waits", "April 2024, four-week waits")
    assert parsed.release_status == "revised"
    assert Counter(result.frame["period_start"].dt.month) == {2: 4_760, 4: 15_198}


def test_windows_of_one_and_three_months_that_end_together_are_two_rows(read: Read) -> None:
    parsed = read(ENGLAND, ENGLAND.replace(WINDOW, MONTH))
    frame = validated(parsed).frame
    assert [day.isoformat()[:10] for day in frame["period_start"]] == ["2031-03-01", "2031-05-01"]
    assert (parsed.period_start.isoformat(), parsed.period_end.isoformat()) == ("2031-05-01", "2031-05-31")


def test_a_star_is_suppressed_and_never_a_zero_and_days_may_have_halves(read: Read) -> None:
    frame = validated(read(ENGLAND, HIDDEN, MEDIAN)).frame
    assert frame["measure_value_status"].tolist() == ["value", "suppressed", "value"]
    assert frame["measure_value"].isna().tolist() == [False, True, False]
    assert frame["measure_value"].iloc[2] == 186.5
    assert frame["primary_level"].tolist()[1] == "Z9P2P"


@pytest.mark.parametrize(
    ("status", "name", "expected"),
    [
        ("Provisional", NAME, "provisional"),
        ("Performance", NAME, "final"),
        ("Performance", "MHSDS%20Data_4WW_MayPerf_2031_v2.csv", "revised"),
        ("Provisional", "MHSDS%20Data_4WW_MayProv_2031_v2.csv", "provisional"),
        ("Final", "anything.csv", "revised"),
    ],
)
def test_the_state_is_read_from_the_file_and_a_reissue_from_its_name(
    read: Read, status: str, name: str, expected: str
) -> None:
    assert read(ENGLAND.replace("Performance", status), name=name).release_status == expected


@pytest.mark.parametrize(
    ("breakdown", "levels", "layout"),
    [
        ("England; IMD Decile", "England,England,01 Most deprived,01 Most deprived", "stratum_in_secondary_level"),
        ("England; IMD Decile", "01 Most deprived,01 Most deprived,NONE,NONE", "stratum_in_primary_level"),
        ("Provider; Ethnicity", "RXX,A TRUST,A,A", "stratum_in_secondary_level"),
        ("England; Upper Ethnicity", "Asian or Asian British,Asian,NONE,NONE", "stratum_in_primary_level"),
        ("CCG - GP Practice or Residence; Gender", "00L,A CCG,1,Male", "stratum_in_secondary_level"),
        ("England; Age", "England,England,90 or over,90 or over", "stratum_in_secondary_level"),
    ],
)  # fmt: skip
def test_strata_are_kept_wherever_they_stand(read: Read, breakdown: str, levels: str, layout: str) -> None:
    parsed = read(f"{MONTH},Performance,{breakdown},{levels},MHS81,Detentions in the reporting period,15")
    assert (parsed.layout, parsed.period_label) == (layout, "May 2031, main file")
    assert len(validated(parsed).frame) == 1


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (ENGLAND.replace(WINDOW, "01/13/2031,31/05/2031"), "type:date"),
        (ENGLAND.replace(WINDOW, "02/03/2031,31/05/2031"), "window_is_whole_months"),
        (HIDDEN.replace("*", "7"), "counts_are_rounded"),
        (HIDDEN.replace("Z9P2P", "A charity"), "organisation_is_a_code"),
        (ENGLAND.replace("Number of spells,401", "Proportion of spells,100.5"), "proportion_is_a_percentage"),
        (ENGLAND.replace("401", "about 400"), "type:number"),
        (f"{MONTH},Performance,England; Ethnicity,England,England,Q,Q,EIP23a,Referrals,9", "stratum_is_known"),
        (f"{MONTH},Performance,England; IMD Decile,England,England,11 Less deprived,x,MHS81,D,9", "stratum_is_known"),
    ],
)
def test_a_row_that_breaks_a_rule_goes_to_quarantine(read: Read, row: str, rule: str) -> None:
    result = validated(read(MEDIAN, row))
    assert len(result.frame) == 1
    assert rule in {fault.rule for fault in result.quarantined}


def test_measures_and_breakdowns_that_are_not_used_are_counted_by_rule(read: Read) -> None:
    bed = f"{MONTH},Performance,England; Bed Type,England,England,1,Adult,MHS81,Detentions,9"
    by_residence = f"{MONTH},Performance,CCG of Residence,00L,A CCG,NONE,NONE,MHS81,Detentions,10"
    contacts = f"{MONTH},Performance,England,England,England,NONE,NONE,MHS29,Contacts,9"
    parsed = read(ENGLAND, bed, by_residence, contacts, ENGLAND + ",too many")
    table = parsed.tables["measures"]
    assert table.ignored == {"breakdown_not_used": 2, "measure_not_used": 1}
    assert [fault.rule for fault in table.malformed] == ["fields:12_not_11"]
    assert table.read == 5 == len(table.frame) + len(table.malformed) + sum(table.ignored.values())


def test_older_headings_and_another_encoding_are_read(read: Read) -> None:
    header = HEADER.replace("MEASURE_ID,MEASURE_NAME,MEASURE_VALUE", "METRIC,METRIC_NAME,METRIC_VALUE")
    parsed = read(ENGLAND.replace("Number of spells", "Spells – all"), header=header, encoding="cp1252")
    assert validated(parsed).frame["measure_name"].tolist() == ["Spells – all"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([ENGLAND, ENGLAND.replace("/05/2031,P", "/05/2030,P")], "one month"),
        ([ENGLAND, ENGLAND.replace("Performance", "Provisional").replace("MRS08", "MRS09")], "one state"),
        ([ENGLAND.replace("Performance", "Draft")], "Draft"),
        (['01/03/2031,"31/05/2031'], "not valid CSV"),
    ],
)
def test_a_file_of_two_months_or_states_is_refused(read: Read, rows: list[str], message: str) -> None:
    with pytest.raises(FileRefused, match=message):
        read(*rows)


def test_another_product_of_the_data_set_is_not_of_this_dataset(read: Read) -> None:
    with pytest.raises(NotOfThisDataset, match="another product"):
        read(ENGLAND.replace("MRS08", "OAP01a"))
    with pytest.raises(NotOfThisDataset, match="Org_Code"):
        read("2031-05,RXX", header="Period,Org_Code")


def test_a_missing_column_is_refused_and_the_nearest_named(read: Read) -> None:
    with pytest.raises(FileRefused, match=r"STATUS.*nearest is 'STATE'"):
        read(ENGLAND, header=HEADER.replace("STATUS", "STATE"))


def test_an_empty_file_and_a_nul_byte_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    for content, message in ((b"", "no records"), (b"\x00\x01", "NUL")):
        path.write_bytes(content)
        with pytest.raises(FileRefused, match=message):
            parse(SourceFile(path, path.name))


def test_every_synthetic_file_reads_back_without_a_fault(tmp_path: Path) -> None:
    labels = Counter()
    for file in synthesise(World.make(scale="small")):
        assert b"(SYNTHETIC)" in file.content
        path = tmp_path / file.name
        path.write_bytes(file.content)
        parsed = parse(SourceFile(path, file.name))
        result = validated(parsed)
        assert result.quarantined == ()
        assert len(result.frame) == result.read > 100
        assert result.suppressed_cells > 0
        labels[parsed.period_label, parsed.release_status] += 1
    assert labels == {
        ("September 2023, four-week waits", "provisional"): 1,
        ("September 2023, four-week waits", "final"): 1,
        ("September 2023, main file", "final"): 1,
    }
