"""The benchmark workbook of the Adult Inpatient Survey: what is read, what is hidden, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.inpatient_survey.parse import QUESTIONS_2022, parse
from orchestration.datasets.inpatient_survey.synthesise import synthesise
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.writing import Cell, ods
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import Validated, validate

QUESTIONS = tuple(f"Q{number}" for number in QUESTIONS_2022.split())
LIMITS = [5.0, 9.0, 4.5, 9.5, 4.0, 9.9]
SIDES = [f"{side}{limit}" for limit in ("90", "95", "99") for side in ("ll", "ul")]

Sheets = dict[str, list[list[Cell]]]
Write = Callable[..., SourceFile]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(sheets: Sheets, name: str = "SYNTHETIC inpatients.ods") -> SourceFile:
        path = tmp_path / "some bytes"
        path.write_bytes(ods(sheets))
        return SourceFile(path, name)

    return _write


def workbook(year: int = 2022, questions: tuple[str, ...] = QUESTIONS, score: Cell = 8.0, base: Cell = 300) -> Sheets:
    """A workbook of one trust, every question with the same score and base."""
    scores: list[Cell] = ["TrustCode", "trustname", "n_tpat"]
    values: list[Cell] = ["ZZ1", "TRUST (SYNTHETIC)", 400]
    for item in (*questions, "S10"):
        scores += [f"mean{item}", *(f"{side}{item}" for side in SIDES), f"band{item}", f"{item}_Zfinal"]
        values += [score, *LIMITS, 4, 0.1]
    return {
        "Guidance": [[f"NHS Adult Inpatient Survey {year}"]],
        "Bases": [
            ["TrustCode", "trustname", *(f"{q}_tres" for q in questions), "n_tpat", "tr_rate"],
            ["ZZ1", "TRUST (SYNTHETIC)", *(base for _ in questions), 400, 41.5],
        ],
        "Scores": [scores, values],
        "England": [[*(f"{q}_res" for q in questions), "n_pat"], [*(20590.000000000004 for _ in questions), 63224]],
        "Ends": [["Q46_min", "Q46_max", "S10_min", "S10_max"], [7.0, 9.0, 7.0, 9.0]],
        "Before": [
            ["SurveyYear", "TrustCode", "trustname", "n_tpat_H", "Q46_mean_H", "Q46_Base_unw", "Q46_sig"],
            [year - 1, "ZZ1", "TRUST (SYNTHETIC)", 390, 8.25, 310, -1],
        ],
    }


def judged(parsed: Parsed, entity: str) -> Validated:
    return validate(dataset_spec("inpatient_survey").entity(entity), parsed.tables[entity])


@pytest.fixture(scope="module")
def real(real_data: Path) -> Parsed:
    (path,) = [file for file in (real_data / "inpatient_survey").iterdir() if file.suffix == ".ods"]
    return parse(SourceFile(path, path.name))


@pytest.mark.parametrize(("entity", "rows"), [("scores", 18_194), ("national", 56), ("profiles", 4_824)])
def test_every_record_of_the_real_workbook_is_loaded(real: Parsed, entity: str, rows: int) -> None:
    validated = judged(real, entity)
    assert (validated.read, len(validated.frame), validated.quarantined) == (rows, rows, ())
    assert real.tables[entity].ignored == {}


def test_the_real_workbook_hides_scores_of_fewer_than_30_respondents_and_no_others(real: Parsed) -> None:
    frame = judged(real, "scores").frame
    own = frame[frame["compared_with"].isna() & frame["item"].str.startswith("Q")]
    assert len(own) == 133 * 45
    assert own["score_status"].value_counts().to_dict() == {"value": 5_978, "suppressed": 7}
    assert own.loc[own["score_status"] == "suppressed", ["score", "respondents"]].isna().all(axis=None)
    assert own["respondents"].min() == 37


def test_the_year_stands_in_the_workbook_whatever_the_file_is_called(write: Write) -> None:
    parsed = parse(write(workbook(2027), "upload-7f3a.ods"))
    assert (parsed.period_label, str(parsed.period_start), str(parsed.period_end)) == (
        "2027",
        "2027-01-01",
        "2027-12-31",
    )
    assert judged(parsed, "scores").frame["topic"].dropna().unique().tolist() == [
        "respect_and_dignity",
        "overall_experience",
        "asked_for_views",
    ]


def test_without_a_title_the_year_comes_from_the_name_or_the_file_is_refused(write: Write) -> None:
    sheets = workbook() | {"Guidance": [["About"]]}
    assert parse(write(sheets, "inpatients_2024.ods")).period_label == "2024"
    with pytest.raises(FileRefused, match="keep the publisher's name"):
        parse(write(sheets, "inpatients.ods"))


def test_a_row_has_score_base_range_and_band_and_a_section_has_no_base(write: Write) -> None:
    frame = judged(parse(write(workbook())), "scores").frame.set_index(["period_start", "item"])
    question, section = frame.loc[("2022-01-01", "Q46")], frame.loc[("2022-01-01", "S10")]
    assert (question["score"], question["respondents"], question["organisation_respondents"]) == (8.0, 300, 400)
    assert (question["lower_99"], question["lower_95"], question["upper_90"], question["band"]) == (4.0, 4.5, 9.0, 4)
    assert section["respondents_status"] == "not_applicable"


def test_an_earlier_year_is_restated_with_its_own_base(write: Write) -> None:
    frame = judged(parse(write(workbook())), "scores").frame
    row = frame[frame["compared_with"] == "later_survey"].iloc[0]
    assert (str(row["period_start"])[:10], row["topic"], row["score"]) == ("2021-01-01", "overall_experience", 8.25)
    assert (row["respondents"], row["change"]) == (310, -1)


def test_a_blank_score_is_suppressed_and_never_zero(write: Write) -> None:
    frame = judged(parse(write(workbook(score=None, base=None))), "scores").frame
    row = frame[(frame["item"] == "Q46") & frame["compared_with"].isna()].iloc[0]
    assert (row["score_status"], row["respondents_status"]) == ("suppressed", "suppressed")
    assert frame.loc[[row.name], ["score", "respondents"]].isna().all(axis=None)


def test_binary_noise_in_a_count_is_the_whole_number(write: Write) -> None:
    national = judged(parse(write(workbook())), "national").frame.set_index("item")
    assert national.loc["Q46", "respondents"] == 20_590
    assert (national.loc["Q46", "lowest_score"], national.loc["Q46", "highest_score"]) == (7.0, 9.0)


def test_an_unknown_questionnaire_is_loaded_without_topics_and_says_so(write: Write) -> None:
    parsed = parse(write(workbook(questions=("Q1", "Q46", "Q47"))))
    assert judged(parsed, "scores").frame["topic"].isna().all()
    assert "not known yet (3 scored questions)" in parsed.notes[0]


def test_a_base_of_a_trust_without_scores_is_quarantined(write: Write) -> None:
    sheets = workbook()
    sheets["Bases"].append(["ZZ2", "OTHER (SYNTHETIC)", *(100 for _ in QUESTIONS), 100, 40.0])
    table = parse(write(sheets)).tables["scores"]
    assert [fault.rule for fault in table.malformed] == ["base_without_score"]
    assert table.read == len(table.frame) + 1


@pytest.mark.parametrize("score", [11.0, -0.5])
def test_a_score_outside_0_to_10_is_quarantined(write: Write, score: float) -> None:
    sheets = workbook(questions=("Q46",), score=score)
    faults = judged(parse(write(sheets)), "scores").quarantined
    assert {fault.rule for fault in faults} <= {"maximum", "minimum"}
    assert len(faults) == 2


def test_another_workbook_is_not_of_this_dataset(write: Write) -> None:
    with pytest.raises(NotOfThisDataset, match="no sheet holds scores"):
        parse(write({"Sheet1": [["Org Code", "Value"], ["ZZ1", 1]]}))


@pytest.mark.parametrize("sheet", ["Bases", "England", "Ends"])
def test_a_missing_table_refuses_the_file(write: Write, sheet: str) -> None:
    sheets = {name: rows for name, rows in workbook().items() if name != sheet}
    with pytest.raises(FileRefused, match="0 sheets hold"):
        parse(write(sheets))


def test_the_synthetic_workbooks_read_back_and_are_the_same_each_time(write: Write) -> None:
    world = World.make(scale="small")
    files = list(synthesise(world))
    assert [file.content for file in files] == [file.content for file in synthesise(world)]
    for file in files:
        assert file.name.startswith("SYNTHETIC-")
        path = write(workbook()).path
        path.write_bytes(file.content)
        parsed = parse(SourceFile(path, file.name))
        for entity in ("scores", "national", "profiles"):
            assert judged(parsed, entity).quarantined == ()
        frame = judged(parsed, "scores").frame
        assert frame["organisation_name"].str.endswith("(SYNTHETIC)").all()
        assert frame["compared_with"].notna().any()
        assert (frame["score_status"] == "suppressed").any()
