"""The workbook of organisational results of the NHS Staff Survey: two header rows, dashes, and what is refused."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.staff_survey.parse import parse
from orchestration.datasets.staff_survey.synthesise import synthesise
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.simulation.world import World
from orchestration.validation.validate import Validated, validate

ENTITY = dataset_spec("staff_survey").entity("results")
BASE = "Base (number of responses)"
IDENTITY = ["ODS code", "Organisation name", "Benchmarking group", "Region", "ICS", "Weighting"]
TRUST = ["ZZ1", "TRUST (SYNTHETIC)", "Ambulance Trusts", "London", "-", "Occupation Group"]
BOARD = ["QZZ", "BOARD (SYNTHETIC)", "ICBs", "-", "-", "Unweighted"]
QUESTIONS = ["Q3f - I am able to make improvements happen.", "", "", "Q25d - Happy - with the standard of care.", ""]
LABELS = ["% Agree", "% Strongly agree", BASE, "% Agree", BASE]

Rows = list[Sequence[object]]
Write = Callable[..., SourceFile]


def sheet(year: int = 2024, questions: list[str] = QUESTIONS, labels: list[str] = LABELS, *rows: list[object]) -> Rows:
    title = [f"NHS Staff Survey {year} - WEIGHTED Results", *[""] * 5]
    results = rows or ([*TRUST, 40.5, 30.25, 1200, 62.5, 1190], [*BOARD, 20.0, 30.0, 90, "-", "-"])
    return [[*title, *questions], ["YOUR JOB"], ["\nNote: fewer than 10"], [], [*IDENTITY, *labels], *results]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(name: str = "SYNTHETIC staff.xlsx", **sheets: Rows) -> SourceFile:
        content = io.BytesIO()
        with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
            for title, rows in sheets.items():
                page = workbook.add_worksheet(title.replace("_", " "))
                for at, row in enumerate(rows):
                    page.write_row(at, 0, row)
        path = tmp_path / "some bytes"
        path.write_bytes(content.getvalue())
        return SourceFile(path, name)

    return _write


def judged(parsed: Parsed) -> Validated:
    return validate(ENTITY, parsed.tables["results"])


def test_every_cell_of_the_real_workbook_is_loaded_or_left_out_by_a_named_rule(real_data: Path) -> None:
    (path,) = (real_data / "staff_survey").iterdir()
    parsed = parse(SourceFile(path, path.name))
    validated = judged(parsed)
    assert parsed.period_label == "2024"
    assert (validated.read, len(validated.frame), validated.quarantined) == (166_742, 137_549, ())
    assert validated.ignored == {"background_of_respondents": 29_193}
    frame = validated.frame
    assert frame["organisation_code"].nunique() == 263
    assert frame.loc[frame["value"].notna(), "respondents"].min() == 10
    hidden = frame.loc[frame["value_status"] == "suppressed", "question"].str.slice(0, 4).unique()
    assert sorted(hidden) == ["Q13d", "Q14d", "Q16c"]


def test_each_answer_has_the_base_of_its_own_question(write: Write) -> None:
    frame = judged(parse(write(YOUR_JOB=sheet()))).frame.set_index(["organisation_code", "question", "answer"])
    first, second = frame.loc[("ZZ1", "Q3f", "Strongly agree")], frame.loc[("ZZ1", "Q25d", "Agree")]
    assert (first["value"], first["respondents"], first["section"]) == (30.25, 1200, "YOUR JOB")
    assert (second["value"], second["respondents"]) == (62.5, 1190)
    assert second["wording"] == "Happy - with the standard of care."


def test_a_dash_is_suppressed_in_a_result_and_not_applicable_in_a_region(write: Write) -> None:
    frame = judged(parse(write(YOUR_JOB=sheet()))).frame
    row = frame[(frame["organisation_code"] == "QZZ") & (frame["question"] == "Q25d")]
    assert row["value_status"].tolist() == row["respondents_status"].tolist() == ["suppressed"]
    assert row[["value", "respondents", "region", "ics"]].isna().all(axis=None)
    assert row["region_status"].tolist() == ["not_applicable"]


def test_the_year_stands_in_the_title_whatever_the_file_is_called(write: Write) -> None:
    parsed = parse(write("upload.xlsx", YOUR_JOB=sheet(2031)))
    assert (parsed.period_label, str(parsed.period_start), str(parsed.period_end)) == (
        "2031",
        "2031-01-01",
        "2031-12-31",
    )


def test_scores_are_named_score(write: Write) -> None:
    questions = ["PP3 - We each have a voice", "", "Morale - Morale", ""]
    labels = ["PP3 - score", BASE, "Morale - score", BASE]
    rows = sheet(2024, questions, labels, [*TRUST, 6.7, 100, 5.9, 101])
    frame = judged(parse(write(THEMES=rows))).frame
    assert frame[["question", "answer", "value"]].to_numpy().tolist() == [
        ["PP3", "score", 6.7],
        ["Morale", "score", 5.9],
    ]


def test_who_the_respondents_are_is_counted_and_left_out(write: Write) -> None:
    parsed = parse(write(YOUR_JOB=sheet(), BACKGROUND_INFORMATION=sheet()))
    table = parsed.tables["results"]
    assert (len(table.frame), table.ignored, table.read) == (6, {"background_of_respondents": 6}, 12)


def test_a_result_of_fewer_than_ten_and_a_score_above_ten_are_quarantined(write: Write) -> None:
    few = sheet(2024, QUESTIONS, LABELS, [*TRUST, 50.0, 50.0, 9, 60.0, 200])
    high = sheet(2024, ["PP3 - Voice", ""], ["PP3 - score", BASE], [*TRUST, 10.5, 100])
    assert [fault.rule for fault in judged(parse(write(A=few))).quarantined] == ["no_result_of_fewer_than_ten"] * 2
    assert [fault.rule for fault in judged(parse(write(A=high))).quarantined] == ["scores_within_0_and_10"]


@pytest.mark.parametrize(
    ("questions", "labels", "says"),
    [
        (QUESTIONS, ["% Agree", "% Strongly agree", "% Never", "% Agree", BASE], "has no base"),
        (["", "", "", "", ""], LABELS, "without a question"),
        (QUESTIONS, ["% Agree", "% Strongly agree", BASE, "% Agree", "% Never"], "has no base"),
    ],
)
def test_a_question_without_its_base_or_a_base_without_its_question_refuses_the_file(
    write: Write, questions: list[str], labels: list[str], says: str
) -> None:
    with pytest.raises(FileRefused, match=says):
        parse(write(A=sheet(2024, questions, labels)))


def test_titles_of_two_years_refuse_the_file(write: Write) -> None:
    with pytest.raises(FileRefused, match=r"\[2023, 2024\]"):
        parse(write(A=sheet(2023), B=sheet(2024)))


def test_another_workbook_is_not_of_this_dataset(write: Write) -> None:
    with pytest.raises(NotOfThisDataset, match="ODS code"):
        parse(write(A=[["Org Code", "Value"], ["ZZ1", 1]]))


def test_the_synthetic_workbooks_read_back_and_are_the_same_each_time(tmp_path: Path) -> None:
    world = World.make(scale="small")
    files = list(synthesise(world))
    assert [file.content for file in files] == [file.content for file in synthesise(world)]
    for file in files:
        assert file.name.startswith("SYNTHETIC-")
        path = tmp_path / file.name
        path.write_bytes(file.content)
        validated = judged(parse(SourceFile(path, file.name)))
        assert validated.quarantined == ()
        assert validated.suppressed_cells > 0
        assert validated.frame["organisation_name"].str.endswith("(SYNTHETIC)").all()
        assert {"Q3f", "Q25d", "PP3", "PP5", "Staff Engagement"} < set(validated.frame["question"])
