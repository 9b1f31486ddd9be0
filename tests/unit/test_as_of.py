"""A past state holds what was known on a day, and nothing of what came later."""

from datetime import date
from pathlib import Path

import pytest

from orchestration.acquisition.archive import Archive, ArchivedFile
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.lake.store import Lake
from orchestration.refresh.as_of import known_on, past_home
from orchestration.refresh.load import load_pending, pending
from orchestration.refresh.outcomes import RefreshRequest
from orchestration.refresh.plan import make_plan

DATASET = "ods_successions"
JANUARY, MARCH = date(2026, 1, 15), date(2026, 3, 15)


def arrives(home: Home, on: date, line: str, monkeypatch: pytest.MonkeyPatch) -> ArchivedFile:
    """Archive and load a file of successions on a day."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int((on - date(1970, 1, 1)).days * 86400)))
    path = home.build / f"SYNTHETIC-{line[:3]}.csv"
    path.write_text(f"old_code,new_code,date\n{line}\n", encoding="utf-8")
    file = Archive(home.archive).add(path, dataset=DATASET, name=path.name, origin="synthetic", licence="OGL-UK-3.0")
    load_pending(home, DATASET)
    return file


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(tmp_path / "home").create(synthetic=True)
    Lake(made.lake).prepare()
    arrives(made, JANUARY, "ZA1,ZA2,20210401", monkeypatch)
    arrives(made, MARCH, "ZB1,ZB2,20220401", monkeypatch)
    return made


def names(home: Home) -> list[str]:
    return [report.file_name for report in Lake(home.lake).reports()]


def test_only_files_known_on_the_day_are_in_the_past_state(home: Home, tmp_path: Path) -> None:
    past = past_home(home, tmp_path / "past", date(2026, 2, 1))
    assert names(past) == ["SYNTHETIC-ZA1.csv"]
    assert pending(past, DATASET) == []
    assert names(home) == ["SYNTHETIC-ZA1.csv", "SYNTHETIC-ZB1.csv"]


def test_a_day_counts_itself(home: Home, tmp_path: Path) -> None:
    assert len(names(past_home(home, tmp_path / "past", MARCH))) == 2


def test_a_publication_date_in_the_file_goes_before_the_day_it_was_first_seen(home: Home) -> None:
    file = Archive(home.archive).files(DATASET)[1]
    assert known_on(file, None) == MARCH
    assert known_on(file, date(2025, 12, 1)) == date(2025, 12, 1)


def test_a_later_acceptance_is_forgotten_in_the_past_and_kept_in_the_present(home: Home, tmp_path: Path) -> None:
    file = Archive(home.archive).files(DATASET)[0]
    Archive(home.archive).accept(DATASET, file.sha256, MARCH)
    Lake(home.lake).accept(DATASET, file.sha256, MARCH)
    past = past_home(home, tmp_path / "past", date(2026, 2, 1))
    assert [report.accepted_on for report in Lake(past.lake).reports()] == [None]
    assert [row.accepted_on for row in Archive(past.archive).files(DATASET)] == [None]
    assert Lake(home.lake).reports()[0].accepted_on == MARCH
    assert [r.accepted_on for r in Lake(past_home(home, tmp_path / "later", MARCH).lake).reports()] == [MARCH, None]


def test_a_past_state_takes_no_new_file(home: Home, tmp_path: Path) -> None:
    past = past_home(home, tmp_path / "past", date(2026, 2, 1))
    folder = tmp_path / "offer" / DATASET
    folder.mkdir(parents=True)
    (folder / "SYNTHETIC-new.csv").write_text("old_code,new_code,date\nZC1,ZC2,20220401\n")
    plan = make_plan(Home(past.root), RefreshRequest(folder.parent))
    assert (plan.arrived, plan.pending) == ((), ())


def test_bytes_are_linked_so_that_a_past_state_costs_no_second_archive(home: Home, tmp_path: Path) -> None:
    past = past_home(home, tmp_path / "past", date(2026, 2, 1))
    file = Archive(past.archive).files(DATASET)[0]
    assert Archive(past.archive).open(file.sha256).stat().st_nlink == 2


@pytest.mark.parametrize(
    ("day", "message"), [(date(2025, 12, 31), "knew no file on 2025-12-31"), (date(2099, 1, 1), "lies ahead")]
)
def test_a_day_without_a_past_is_a_usage_error(home: Home, tmp_path: Path, day: date, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        past_home(home, tmp_path / "past", day)
    assert not (tmp_path / "past").exists()


def test_a_folder_in_use_is_left_alone(home: Home, tmp_path: Path) -> None:
    (tmp_path / "past").mkdir()
    (tmp_path / "past" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        past_home(home, tmp_path / "past", MARCH)
    assert [path.name for path in (tmp_path / "past").iterdir()] == ["mine.txt"]


def test_a_past_state_is_not_put_into_the_home_itself(home: Home) -> None:
    with pytest.raises(UsageError, match="lies in the home"):
        past_home(home, home.root / "past", MARCH)
    assert not (home.root / "past").exists()
