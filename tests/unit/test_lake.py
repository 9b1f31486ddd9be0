"""The lake takes a release whole or not at all, and says so by its report."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from orchestration.catalogue.registry import dataset_spec, dataset_specs
from orchestration.lake import store
from orchestration.lake.store import EntityCounts, Lake, LoadReport, QuarantinedRow, arrow_schema, release_ranks
from orchestration.validation.validate import Validated

SPEC = dataset_spec("ods_successions")
SHA = "a" * 64
OTHER = "b" * 64


def report_of(sha256: str = SHA, **changes: object) -> LoadReport:
    """The report of a file with two successions read, one loaded and one in quarantine."""
    counts = (EntityCounts("successions", 2, 1, 1),)
    quarantine = (QuarantinedRow("successions", 3, "pattern", "new_code", "0123456789abcdef"),)
    report = LoadReport(
        dataset="ods_successions",
        release_sha256=sha256,
        file_name="SYNTHETIC-changes.csv",
        layout="pairs",
        period_start=date(2021, 4, 1),
        period_end=date(2021, 4, 30),
        period_label="to April 2021",
        published_on=None,
        release_status="final",
        origin="synthetic",
        licence="OGL-UK-3.0",
        sequence=1,
        made_with="0123456789abcdef",
        counts=counts,
        first_seen_on=date(2021, 5, 2),
        quarantine=quarantine,
        notes=("reads as one file",),
    )
    return replace(report, **changes)  # type: ignore[arg-type]


def tables_of(old_code: str = "ZZ1") -> dict[str, Validated]:
    frame = pd.DataFrame({
        "old_code": [old_code], "new_code": ["ZZ2"], "effective_on": pd.to_datetime(["2021-04-01"]), "reason": [None],
        "source_row": [2],
    })  # fmt: skip
    return {"successions": Validated(frame, 2)}


def table_path(lake: Lake, sha256: str = SHA) -> Path:
    return lake.root / "ods_successions" / "successions" / f"{sha256}.parquet"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    prepared = Lake(tmp_path / "lake")
    prepared.prepare()
    return prepared


def test_a_dataset_never_loaded_is_empty_and_not_an_error(lake: Lake) -> None:
    for spec in dataset_specs().values():
        for entity in spec.entities:
            empty = lake.root / spec.name / entity.name / "_empty.parquet"
            assert pq.read_metadata(empty).num_rows == 0
            assert pq.read_schema(empty) == arrow_schema(entity)
    assert lake.reports() == []
    assert lake.register("organisations") == frozenset()


def test_an_empty_file_of_an_older_spec_is_made_anew(lake: Lake) -> None:
    entity = SPEC.entity("successions")
    empty = lake.root / "ods_successions" / "successions" / "_empty.parquet"
    pq.write_table(arrow_schema(entity).remove(0).empty_table(), empty)
    lake.prepare()
    assert pq.read_schema(empty) == arrow_schema(entity)


def test_a_written_release_reads_back_typed_and_named_by_its_file(lake: Lake) -> None:
    lake.write(SPEC, report_of(), tables_of())
    assert lake.has("ods_successions", SHA)
    assert lake.reports() == [report_of()]
    table = pq.read_table(table_path(lake))
    assert table.schema == arrow_schema(SPEC.entity("successions"))
    assert table.to_pylist() == [
        {
            "old_code": "ZZ1",
            "new_code": "ZZ2",
            "effective_on": date(2021, 4, 1),
            "reason": None,
            "source_row": 2,
            "release_sha256": SHA,
        }
    ]


def test_the_report_is_written_last(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    plain_write = store._replace

    def look_then_write(path: Path, content: bytes) -> None:
        seen.append(table_path(lake).exists())
        plain_write(path, content)

    monkeypatch.setattr(store, "_replace", look_then_write)
    lake.write(SPEC, report_of(), tables_of())
    assert seen == [True]


def test_a_release_whose_load_died_is_not_in_the_lake_and_the_next_run_sweeps_it(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(path: Path, content: bytes) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(store, "_replace", die)
    with pytest.raises(OSError, match="no space"):
        lake.write(SPEC, report_of(), tables_of())
    assert table_path(lake).exists()
    assert not lake.has("ods_successions", SHA)
    lake.prepare()
    assert not table_path(lake).exists()
    assert list(lake.root.glob("ods_successions/successions/*")) == [table_path(lake).with_name("_empty.parquet")]


def test_a_second_load_that_dies_does_not_leave_the_first_ones_report(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(path: Path, content: bytes) -> None:
        raise OSError("no space left on device")

    lake.write(SPEC, report_of(), tables_of())
    monkeypatch.setattr(store, "_replace", die)
    with pytest.raises(OSError, match="no space"):
        lake.write(SPEC, report_of(made_with="f" * 16), tables_of())
    assert not lake.has("ods_successions", SHA)


def test_unfinished_files_are_swept_and_whole_releases_stay(lake: Lake) -> None:
    lake.write(SPEC, report_of(), tables_of())
    orphan = table_path(lake, OTHER)
    orphan.write_bytes(b"")
    half_table = table_path(lake).with_suffix(".unfinished")
    half_table.write_bytes(b"PAR1")
    half_report = lake.root / "ods_successions" / "releases" / f"{OTHER}.unfinished"
    half_report.write_bytes(b"{")
    assert set(lake.sweep()) == {orphan, half_table, half_report}
    assert table_path(lake).exists()
    assert lake.has("ods_successions", SHA)


def test_a_sweep_leaves_the_platform_tables(lake: Lake) -> None:
    lake.write_platform()
    lake.sweep()
    assert {path.stem for path in (lake.root / "platform").glob("*.parquet")} == {
        "releases", "loads", "datasets", "measures", "breaks",
    }  # fmt: skip


def test_a_forgotten_release_leaves_nothing_and_the_others_stay(lake: Lake) -> None:
    lake.write(SPEC, report_of(), tables_of())
    lake.write(SPEC, report_of(OTHER, sequence=2), tables_of("ZZ9"))
    lake.forget("ods_successions", SHA)
    assert not table_path(lake).exists()
    assert [report.release_sha256 for report in lake.reports()] == [OTHER]


def test_the_fingerprint_changes_with_content_and_only_with_content(lake: Lake) -> None:
    nothing = lake.fingerprint()
    lake.write(SPEC, report_of(), tables_of())
    loaded = lake.fingerprint()
    lake.write(SPEC, report_of(), tables_of())
    assert lake.fingerprint() == loaded
    lake.write_platform()
    assert lake.fingerprint() == loaded
    lake.write(SPEC, report_of(made_with="f" * 16), tables_of())
    reloaded = lake.fingerprint()
    lake.forget("ods_successions", SHA)
    assert lake.fingerprint() == nothing
    assert len({nothing, loaded, reloaded}) == 3


def test_a_report_reads_back_as_it_was_written() -> None:
    report = report_of(published_on=date(2024, 6, 13))
    assert LoadReport.from_json(report.to_json()) == report
    assert json.loads(report_of().to_json())["published_on"] is None


@pytest.mark.parametrize(("loaded", "ignored", "reconciles"), [(7, {"total_row": 1}, True), (7, {}, False)])
def test_every_row_is_loaded_quarantined_or_ignored(loaded: int, ignored: dict[str, int], reconciles: bool) -> None:
    counts = EntityCounts("successions", 10, loaded, 2, ignored)
    assert counts.is_reconciled is reconciles
    assert report_of(counts=(EntityCounts("other", 0, 0, 0), counts)).is_reconciled is reconciles


def test_releases_rank_by_publication_then_revised_mark_then_first_seen() -> None:
    undated = report_of("1" * 64, sequence=9)
    first = report_of("2" * 64, sequence=8, published_on=date(2024, 1, 1), release_status="final")
    seen_later = report_of("3" * 64, sequence=9, published_on=date(2024, 1, 1), release_status="final")
    revised = report_of("4" * 64, sequence=2, published_on=date(2024, 1, 1), release_status="revised")
    newest = report_of("5" * 64, sequence=1, published_on=date(2024, 2, 1), release_status="provisional")
    elsewhere = report_of("6" * 64, dataset="imd")
    ranks = release_ranks([newest, revised, elsewhere, seen_later, first, undated])
    assert [ranks["ods_successions", digit * 64] for digit in "12345"] == [1, 2, 3, 4, 5]
    assert ranks["imd", "6" * 64] == 1


def test_final_figures_outrank_provisional_ones_of_the_same_day_whichever_came_first() -> None:
    final = report_of("1" * 64, sequence=1, release_status="final")
    provisional = report_of("2" * 64, sequence=2, release_status="provisional")
    ranks = release_ranks([final, provisional])
    assert ranks["ods_successions", "1" * 64] > ranks["ods_successions", "2" * 64]


def test_the_platform_tables_say_what_was_loaded_and_which_rules_were_broken(lake: Lake) -> None:
    lake.write(SPEC, report_of(counts=(EntityCounts("successions", 4, 1, 1, {"total_row": 2}, 5),)), tables_of())
    lake.write_platform()
    (load,) = pq.read_table(lake.root / "platform" / "loads.parquet").to_pylist()
    assert load == {
        "dataset": "ods_successions", "entity": "successions", "release_sha256": SHA, "rows_read": 4, "rows_loaded": 1,
        "rows_quarantined": 1, "rows_ignored": 2, "ignored_rules": "total_row: 2", "quarantine_rules": "pattern: 1",
        "cells_suppressed": 5, "is_reconciled": True,
    }  # fmt: skip
    (release,) = pq.read_table(lake.root / "platform" / "releases.parquet").to_pylist()
    assert (release["release_rank"], release["notes"], release["published_on"]) == (1, "reads as one file", None)
    assert pq.read_metadata(lake.root / "platform" / "datasets.parquet").num_rows == len(dataset_specs())


def test_breaks_of_the_simulation_stay_out_of_real_homes(lake: Lake) -> None:
    def known() -> set[str]:
        return set(pq.read_table(lake.root / "platform" / "breaks.parquet")["break_id"].to_pylist())

    lake.write_platform()
    real = known()
    lake.write_platform(synthetic=True)
    assert "ae_field_test_2021_2023" in real
    assert known() - real == {"ae_field_test_synthetic"}


def test_a_register_holds_the_codes_of_every_release(lake: Lake) -> None:
    spec = dataset_spec("ods_trusts")
    entity = spec.entity("organisations")
    registering = [column.name for column in entity.columns if column.registers == "organisations"]
    assert registering
    schema = arrow_schema(entity)
    for sha256, code in ((SHA, "ZZ1"), (OTHER, "ZZ2")):
        row = {name: code if name in registering else None for name in schema.names}
        table = arrow_schema(entity).empty_table().from_pylist([row], schema=schema)
        pq.write_table(table, lake.root / "ods_trusts" / "organisations" / f"{sha256}.parquet")
    assert lake.register("organisations") == {"ZZ1", "ZZ2"}
