"""Corrections: reviewed changes of published rows that stop the build when they no longer fit."""

from datetime import date

import pandas as pd
import pytest
from pydantic import ValidationError

from orchestration.catalogue.models import Correction
from orchestration.datasets.protocol import Parsed, Table
from orchestration.errors import CorrectionBroken, ExitCode
from orchestration.refresh.report import exit_code
from orchestration.validation.corrections import correct

SHA = "a" * 64
APRIL = (date(2024, 4, 1), date(2024, 4, 30))


def a_file(*, start: date = APRIL[0], end: date = APRIL[1], second: str = "0") -> Parsed:
    frame = pd.DataFrame(
        {"code": ["ZA1", "ZA2", "ZA3"], "count": ["5", second, "0"], "source_row": [2, 3, 4]}, dtype="object"
    )
    return Parsed("csv", {"waits": Table(frame, 4, {"total_row": 1})}, start, end, "April 2024")


def a_correction(**changes: object) -> Correction:
    facts = {
        "correction_id": "not_submitted", "entity": "waits", "period_start": APRIL[0], "period_end": APRIL[1],
        "where": "code in ('ZA2', 'ZA3')", "action": "set", "values": {"count": "-"}, "reason": "They sent nothing.",
        "status": "open", "expect": {"rows": 2, "sql": "count = '0'"},
    }  # fmt: skip
    return Correction.model_validate({**facts, **changes})


def test_the_rows_that_are_meant_get_the_new_text_and_the_note_says_so() -> None:
    corrected = correct(a_file(), [a_correction()], SHA, "april.csv")
    assert list(corrected.tables["waits"].frame["count"]) == ["5", "-", "-"]
    assert corrected.notes == ("corrected by not_submitted (2 rows): They sent nothing.",)


def test_ignored_rows_are_counted_so_that_the_file_still_reconciles() -> None:
    table = correct(a_file(), [a_correction(action="ignore", values={})], SHA, "april.csv").tables["waits"]
    assert table.ignored == {"total_row": 1, "correction:not_submitted": 2}
    assert table.read == len(table.frame) + sum(table.ignored.values())


@pytest.mark.parametrize("second", ["7", "00"])
def test_a_reissue_that_shows_another_figure_stops_the_build(second: str) -> None:
    with pytest.raises(
        CorrectionBroken, match=r"april-v2\.csv: correction not_submitted: expected 2 rows .* 1 of them"
    ):
        correct(a_file(second=second), [a_correction()], SHA, "april-v2.csv")


def test_another_period_is_left_alone() -> None:
    may = a_file(start=date(2024, 5, 1), end=date(2024, 5, 31), second="7")
    assert correct(may, [a_correction()], SHA, "may.csv") is may


def test_a_mended_fault_concerns_only_the_files_that_still_show_it() -> None:
    mended = a_correction(status="mended", releases=["b" * 64])
    reissue = a_file(second="7")
    assert correct(reissue, [mended], SHA, "april-v2.csv") is reissue
    assert correct(a_file(), [mended], "b" * 64, "april.csv").notes


def test_a_condition_that_is_no_sql_names_the_correction() -> None:
    with pytest.raises(CorrectionBroken, match="correction not_submitted"):
        correct(a_file(), [a_correction(where="colour = 'red'")], SHA, "april.csv")


def test_a_column_that_is_not_there_names_the_correction() -> None:
    with pytest.raises(CorrectionBroken, match="no column 'colour'"):
        correct(a_file(), [a_correction(values={"colour": "red"})], SHA, "april.csv")


@pytest.mark.parametrize("changes", [{"values": {}}, {"action": "ignore"}, {"status": "mended"}])
def test_a_document_that_contradicts_itself_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        a_correction(**changes)


def test_a_broken_correction_is_told_as_configuration_not_as_a_bug() -> None:
    class Stopped:
        success = False
        failures = (("lake__ae_monthly", "orchestration.errors.CorrectionBroken: april.csv"),)

    assert exit_code([], [], Stopped()) is ExitCode.CONFIGURATION
