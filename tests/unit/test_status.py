"""What is due is judged by the period that a dataset has reached, never by when it was loaded."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orchestration.acquisition.archive import Archive
from orchestration.catalogue.models import DatasetSpec
from orchestration.catalogue.registry import dataset_spec, dataset_specs
from orchestration.home import Home
from orchestration.lake.store import EntityCounts, Lake, LoadReport
from orchestration.refresh.status import dataset_statuses, days, is_fresh, window_is_open

MONTHLY = dataset_spec("ae_monthly")


def month(end: date, sequence: int = 1) -> LoadReport:
    """The report of the A&E month that ends on ``end``, with one quarantined row."""
    return LoadReport(
        dataset="ae_monthly",
        release_sha256=f"{sequence:064x}",
        file_name="SYNTHETIC-month.csv",
        layout="csv_22",
        period_start=end.replace(day=1),
        period_end=end,
        period_label=f"{end:%Y-%m}",
        published_on=None,
        release_status="final",
        origin="synthetic",
        licence="OGL-UK-3.0",
        sequence=sequence,
        made_with="x",
        counts=(EntityCounts("attendances", 2, 1, 1),),
    )


def today_is(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(noon.timestamp())))


@pytest.mark.parametrize(
    ("today", "fresh", "is_open"),
    [
        (date(2025, 8, 13), True, False),
        (date(2025, 8, 14), True, True),
        (date(2025, 8, 28), True, True),
        (date(2025, 8, 29), False, True),
    ],
)
def test_a_monthly_dataset_is_due_from_cadence_and_lag_and_overdue_after_the_grace(
    monkeypatch: pytest.MonkeyPatch, today: date, fresh: bool, is_open: bool
) -> None:
    today_is(monkeypatch, today)
    judged = is_fresh(MONTHLY, [month(date(2025, 6, 30))])
    assert (judged.newest, judged.due_from, judged.due_by) == (
        date(2025, 6, 30), date(2025, 8, 14), date(2025, 8, 28),
    )  # fmt: skip
    assert judged.is_fresh is fresh
    assert window_is_open(MONTHLY, [month(date(2025, 6, 30))]) is is_open


def test_a_backfill_of_an_old_month_loaded_today_does_not_look_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    today_is(monkeypatch, date(2025, 10, 1))
    reached, backfilled = month(date(2025, 6, 30), 1), month(date(2021, 4, 30), 2)
    judged = is_fresh(MONTHLY, [reached, backfilled])
    assert not judged.is_fresh
    assert judged.newest == date(2025, 6, 30)


def test_a_dataset_with_a_publisher_and_no_data_is_not_fresh_and_may_be_asked_at_once() -> None:
    judged = is_fresh(MONTHLY, [])
    assert (judged.newest, judged.due_from, judged.due_by, judged.is_fresh) == (None, None, None, False)
    assert window_is_open(MONTHLY, [])


def test_a_dataset_that_nobody_can_ask_for_is_never_overdue() -> None:
    log = next(spec for spec in dataset_specs().values() if spec.discovery is None)
    assert is_fresh(log, []).is_fresh
    assert is_fresh(log, []).due_by is None


def test_an_irregular_dataset_has_no_due_date(monkeypatch: pytest.MonkeyPatch) -> None:
    today_is(monkeypatch, date(2040, 1, 1))
    irregular: DatasetSpec = MONTHLY.model_copy(update={"cadence": "irregular"})
    judged = is_fresh(irregular, [month(date(2025, 6, 30))])
    assert (judged.due_by, judged.is_fresh) == (None, True)


def test_a_duration_is_in_days() -> None:
    assert days("P45D") == 45
    with pytest.raises(ValueError, match="no duration in days"):
        days("P1M")


def test_the_status_of_a_home_counts_releases_quarantine_and_what_waits(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create(synthetic=True)
    lake, archive = Lake(home.lake), Archive(home.archive)
    for number, end in enumerate((date(2025, 6, 30), date(2025, 5, 31)), start=1):
        lake.write(MONTHLY, month(end, number), {})
    for number, mark in enumerate(("refused", "held", "archived")):
        file = tmp_path / f"{number}.csv"
        file.write_bytes(bytes([number]))
        row = archive.add(file, dataset="ae_monthly", name=file.name, origin="synthetic", licence="OGL-UK-3.0")
        archive.mark("ae_monthly", row.sha256, mark, "why")  # type: ignore[arg-type]
    statuses = {status.dataset: status for status in dataset_statuses(home)}
    assert list(statuses) == sorted(dataset_specs())
    ae = statuses["ae_monthly"]
    assert (ae.releases, ae.rows_quarantined, ae.refused, ae.held) == (2, 2, 1, 1)
    assert (ae.newest_period, ae.newest_period_end) == ("2025-06", date(2025, 6, 30))
    assert statuses["imd"].newest_period == ""


def test_a_file_replaced_under_the_same_period_does_not_move_the_due_date() -> None:
    first = month(date(2025, 6, 30), 1)
    again = replace(first, release_sha256="f" * 64, sequence=2, release_status="revised")
    assert is_fresh(MONTHLY, [first, again]) == is_fresh(MONTHLY, [first])
