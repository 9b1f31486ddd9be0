"""The door for users' files in a home: held, let through, purged, read again when a map changes, never read twice.

Belongs here: refresh.intake and refresh.holding on small files. Does not: the screen's rules (test_privacy.py) or maps.
"""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.acquisition.archive import Archive
from orchestration.automation import inbox_content
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.lake.store import Lake
from orchestration.refresh.holding import FOLDER, accept_held, holds, purge_expired
from orchestration.refresh.intake import acquire
from orchestration.refresh.load import load_pending
from orchestration.refresh.outcomes import FileOutcome, Outcome, RefreshRequest

DATASET = "qi_projects"
HEAD = "Project reference,Title,Status\n"
CLEAN = HEAD + "A-1,SYNTHETIC falls work,Active\n"
NAMED = HEAD + "A-1,asked by Dr Zebedee Quillfeather,Active\n"
NUMBERED = HEAD + "A-1,about 999 124 4565,Active\n"
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(START.timestamp())))
    made = Home(tmp_path / "home").create(synthetic=True)
    Lake(made.lake).prepare()
    return made


def put(home: Home, text: str, name: str = "SYNTHETIC log.csv") -> Path:
    path = home.inbox / DATASET / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def take(home: Home) -> FileOutcome:
    (outcome,) = acquire(home, RefreshRequest(datasets=(DATASET,), offline=True))
    return outcome


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int((START + timedelta(days=days)).timestamp())))


def test_a_held_file_is_recorded_beside_the_inbox_with_places_and_without_values(home: Home) -> None:
    put(home, NUMBERED)
    assert take(home).outcome is Outcome.HELD
    (held,) = holds(home)
    assert (held.rules, held.places) == (("nhs_number",), ("NHS number in row 2, column B",))
    (record,) = (home.inbox / FOLDER).iterdir()
    assert "4565" not in record.read_text(encoding="utf-8")
    assert (stat.S_IMODE(record.stat().st_mode), stat.S_IMODE(record.parent.stat().st_mode)) == (0o600, 0o700)
    assert Archive(home.archive).files(DATASET) == []


def test_the_corrected_file_under_the_same_name_goes_in_and_its_hold_ends(home: Home) -> None:
    put(home, NUMBERED)
    take(home)
    put(home, CLEAN)
    assert take(home).outcome is Outcome.ARCHIVED
    assert holds(home) == []


def test_the_same_bytes_are_never_read_twice(home: Home) -> None:
    put(home, CLEAN)
    assert [take(home).outcome, take(home).outcome] == [Outcome.ARCHIVED, Outcome.ALREADY_KNOWN]
    put(home, CLEAN, "SYNTHETIC log copy.csv")
    outcomes = acquire(home, RefreshRequest(datasets=(DATASET,), offline=True))
    assert {item.outcome for item in outcomes} == {Outcome.ALREADY_KNOWN}
    assert len(Archive(home.archive).files(DATASET)) == 1


def test_a_map_that_changes_reads_the_same_bytes_again(home: Home) -> None:
    put(home, "Ref No,Project name,Where we are\nA-1,SYNTHETIC falls,In flight\n")
    home.maps.mkdir()
    document = (
        "map: ours\ntitle: Ours\ntables:\n- columns:\n  - {field: project_ref, headings: [Ref No]}\n"
        "  - {field: title, headings: [Project name]}\n  - field: status\n    headings: [Where we are]\n"
    )
    (home.maps / "ours.yaml").write_text(document, encoding="utf-8")
    first = take(home)
    (home.maps / "ours.yaml").write_text(document + "    words: {In flight: active}\n", encoding="utf-8")
    second = take(home)
    assert (first.outcome, second.outcome) == (Outcome.ARCHIVED, Outcome.ARCHIVED)
    archive = Archive(home.archive)
    texts = [archive.open(item.release_sha256).read_text(encoding="utf-8") for item in (first, second)]
    assert [",active," in text for text in texts] == [False, True]


def test_a_name_that_was_found_may_be_declared_nobodys_by_the_owner(home: Home) -> None:
    put(home, NAMED)
    sha256 = take(home).release_sha256
    with pytest.raises(UsageError, match="name beside a role in row 2, column B"):
        accept_held(home, DATASET, sha256, not_personal=False)
    assert accept_held(home, DATASET, sha256[:8], not_personal=True) is not None
    assert take(home).outcome is Outcome.ARCHIVED


def test_a_number_with_a_check_digit_is_no_matter_of_opinion(home: Home) -> None:
    put(home, NUMBERED)
    sha256 = take(home).release_sha256
    with pytest.raises(UsageError, match="no matter of opinion"):
        accept_held(home, DATASET, sha256, not_personal=True)
    assert take(home).outcome is Outcome.HELD
    assert accept_held(home, DATASET, "0" * 64, not_personal=True) is None


def test_a_held_file_is_deleted_after_thirty_days_and_not_before(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(home, NUMBERED)
    take(home)
    later(monkeypatch, 29)
    assert purge_expired(home) == []
    take(home)  # seen again: the first day counts
    later(monkeypatch, 30)
    (purged,) = purge_expired(home)
    assert (purged.name, path.exists(), holds(home)) == ("SYNTHETIC log.csv", False, [])


def test_purging_leaves_a_file_that_was_corrected_meanwhile(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    put(home, NUMBERED)
    take(home)
    path = put(home, CLEAN)
    later(monkeypatch, 31)
    purge_expired(home)
    assert path.read_text(encoding="utf-8") == CLEAN


def test_a_file_name_that_holds_personal_data_is_withheld_everywhere(home: Home) -> None:
    put(home, CLEAN, "SYNTHETIC log of canary.one@example.org.csv")
    outcome = take(home)
    assert outcome.outcome is Outcome.HELD
    (record,) = (home.inbox / FOLDER).iterdir()
    assert "canary" not in outcome.name + outcome.reason + record.read_text(encoding="utf-8")


def test_quarantine_keeps_places_and_suggestions_and_no_hash_of_a_value(home: Home) -> None:
    put(home, "Project reference,Organisation code,Role\nA-1,Nowhere Hospital,lead\n")
    take(home)
    load_pending(home, DATASET)
    (report,) = Lake(home.lake).reports(DATASET)
    (row,) = report.quarantine
    assert (row.rule, row.place, row.value_hash) == ("organisation_unknown_name", "row 2", "")
    assert report.is_reconciled


def test_the_sensors_key_is_the_content_and_records_of_held_files_do_not_change_it(home: Home) -> None:
    path = put(home, NUMBERED)
    before = inbox_content(home.inbox)
    take(home)
    assert inbox_content(home.inbox) == before is not None
    path.rename(path.with_name("SYNTHETIC other.csv"))
    assert inbox_content(home.inbox) == before
    put(home, CLEAN, "SYNTHETIC other.csv")
    assert inbox_content(home.inbox) != before


def test_a_hold_record_is_json_that_a_person_can_read(home: Home) -> None:
    put(home, NAMED)
    take(home)
    (record,) = (home.inbox / FOLDER).iterdir()
    assert json.loads(record.read_text(encoding="utf-8"))["purge_on"] == "2026-03-31"


def test_an_acceptance_covers_what_the_owner_saw_and_no_rule_that_is_hit_later(home: Home) -> None:
    text = "Ref No,Project name,Remarks\nA-1,asked by Dr Zebedee Quillfeather,ZE1 9XY\n"
    put(home, text)
    home.maps.mkdir()
    document = (
        "map: ours\ntitle: Ours\ntables:\n- columns:\n  - {field: project_ref, headings: [Ref No]}\n"
        "personal: [Project name]\nignored: [Remarks]\n"
    )
    (home.maps / "ours.yaml").write_text(document, encoding="utf-8")
    sha256 = take(home).release_sha256
    assert holds(home)[0].rules == ("uk_postcode",)
    accept_held(home, DATASET, sha256, not_personal=True)
    loading = document.replace("personal: [Project name]\n", "").replace(
        "[Ref No]}\n", "[Ref No]}\n  - {field: title, headings: [Project name]}\n"
    )
    (home.maps / "ours.yaml").write_text(loading, encoding="utf-8")
    assert [take(home).outcome, take(home).outcome] == [Outcome.HELD, Outcome.HELD]
    assert holds(home)[0].rules == ("name_near_role",)
    accept_held(home, DATASET, sha256, not_personal=True)
    assert take(home).outcome is Outcome.ARCHIVED


def test_files_of_one_register_come_in_by_the_dates_in_their_names(home: Home) -> None:
    put(home, CLEAN.replace("Active", "Completed"), "SYNTHETIC ward Apr 2024.csv")
    put(home, CLEAN, "SYNTHETIC ward Mar 2024.csv")
    acquire(home, RefreshRequest(datasets=(DATASET,), offline=True))
    names = [row.name for row in Archive(home.archive).files(DATASET)]
    assert names == ["SYNTHETIC ward Mar 2024.csv", "SYNTHETIC ward Apr 2024.csv"]


def test_a_file_that_is_read_again_keeps_its_place_among_the_releases(home: Home) -> None:
    request = RefreshRequest(datasets=(DATASET,), offline=True)
    text = "Ref No,Project name,Where we are\nA-1,SYNTHETIC falls,In flight\n"
    home.maps.mkdir()
    document = (
        "map: ours\ntitle: Ours\ntables:\n- columns:\n  - {field: project_ref, headings: [Ref No]}\n"
        "  - {field: title, headings: [Project name]}\n  - field: status\n    headings: [Where we are]\n"
    )
    (home.maps / "ours.yaml").write_text(document, encoding="utf-8")
    put(home, text, "SYNTHETIC ward b.csv")
    acquire(home, request)
    put(home, text.replace("falls", "more falls"), "SYNTHETIC ward a.csv")
    acquire(home, request)
    load_pending(home, DATASET)
    (home.maps / "ours.yaml").write_text(document + "    words: {In flight: active}\n", encoding="utf-8")
    acquire(home, request)
    load_pending(home, DATASET)
    standing = [row for row in Archive(home.archive).files(DATASET) if row.status == "archived"]
    assert [(row.name, row.sequence) for row in standing] == [("SYNTHETIC ward b.csv", 1), ("SYNTHETIC ward a.csv", 2)]
    assert {report.release_sha256 for report in Lake(home.lake).reports(DATASET)} == {row.sha256 for row in standing}


def test_a_file_that_nobody_foresaw_stops_no_other(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    put(home, CLEAN, "SYNTHETIC good.csv")
    bad = put(home, CLEAN, "SYNTHETIC bad.csv")
    bad.write_bytes(b"\xff\xfeP\x00r\x00\xd8\xd8x")
    outcomes = {item.name: item.outcome for item in acquire(home, RefreshRequest(datasets=(DATASET,), offline=True))}
    assert outcomes == {"SYNTHETIC bad.csv": Outcome.REFUSED, "SYNTHETIC good.csv": Outcome.ARCHIVED}


def test_a_file_that_no_map_fits_is_held_all_the_same_when_it_holds_personal_data(home: Home) -> None:
    put(home, "Number,What,Who\n1,falls,Dr Zebedee Quillfeather\n")
    outcome = take(home)
    assert outcome.outcome is Outcome.HELD
    assert "no column map fits" in outcome.reason
    assert "name beside a role in row 2, column C" in outcome.reason
    assert "Quillfeather" not in outcome.reason


def test_a_quotation_mark_that_is_never_closed_refuses_the_file(home: Home) -> None:
    put(home, CLEAN + 'A-2,"SYNTHETIC work,Active\nA-3,SYNTHETIC more,Active\n')
    outcome = take(home)
    assert outcome.outcome is Outcome.REFUSED
    assert "record 3" in outcome.reason


def test_a_stray_cell_far_away_refuses_the_workbook(home: Home) -> None:
    from xlsxwriter import Workbook

    path = home.inbox / DATASET / "SYNTHETIC far.xlsx"
    path.parent.mkdir(exist_ok=True)
    with Workbook(str(path)) as book:
        sheet = book.add_worksheet("Projects")
        sheet.write(0, 0, "Project reference")
        sheet.write(1_048_575, 16_383, "x")
    outcome = take(home)
    assert outcome.outcome is Outcome.REFUSED
    assert "row 1048576 and column XFD" in outcome.reason
