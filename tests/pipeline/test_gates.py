"""Five gates: each is made to fail on a real staged release, and `current` stays, whoever calls `release`."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support_home import copied, dbt_files, edited_json, released, staged_again

from orchestration.errors import GateRefused
from orchestration.home import Home
from orchestration.publication.marts import Mart
from orchestration.publication.receipts import GATES, MARTS, content_identity, read_receipt, write_receipt
from orchestration.publication.release import read_manifest, release, verify_staging
from orchestration.publication.stage import DATABASE, stage, staging_folder
from orchestration.refresh.build import build_is_needed, note_candidate

SITES = "qi_project_sites"


def unprotected(mart: Mart, source: str) -> str:
    """What `protected_select` would be without disclosure control."""
    return f"select {', '.join(column.name for column in mart.columns)} from {source} order by {', '.join(mart.key)}"


def with_a_failed_test(home: Home) -> None:
    """dbt's results of the build say that one test failed."""
    _, results = dbt_files(home)
    rows = json.loads(results.read_text(encoding="utf-8"))["results"]
    tests = [row for row in rows if row["unique_id"].startswith("test.")]
    tests[0]["status"] = "fail"
    edited_json(results, results=rows)


def with_a_lost_row(home: Home) -> None:
    """A load report says that one row more was read than it accounts for."""
    path = next((home.lake / "ae_monthly" / "releases").glob("*.json"))
    counts = json.loads(path.read_text(encoding="utf-8"))["counts"]
    counts[0]["rows_read"] += 1
    edited_json(path, counts=counts)


@pytest.fixture(scope="module")
def spoilt(demo: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home staged with a lost row, a failed dbt test and no disclosure control: three receipts refuse."""
    home = copied(demo, tmp_path_factory.mktemp("spoilt") / "home")
    with_a_lost_row(home)
    with_a_failed_test(home)
    manifest, results = dbt_files(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("orchestration.publication.stage.protected_select", unprotected)
        stage(home, "spoilt", manifest, results)
    return home


def only_refused_by(home: Home, spoilt: Home, gate: str) -> Path:
    """The spoilt staging in ``home``, where every other gate has passed on the same content."""
    folder = staging_folder(home, "spoilt")
    shutil.copytree(staging_folder(spoilt, "spoilt"), folder)
    for other in GATES:
        if other not in (gate, "verify"):
            write_receipt(folder, other, [])
    return folder


@pytest.fixture
def home(demo: Home, tmp_path: Path) -> Home:
    return copied(demo, tmp_path / "home")


@pytest.fixture(scope="module")
def materialise_release(demo: Home, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Home], list[str]]:
    """Materialise ``release`` alone on a home; returns the messages of what failed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENHAND_HOME", str(demo.root))
        import dagster as dg

        from orchestration.definitions import REFRESH, build_defs

    def run(home: Home) -> list[str]:
        job = build_defs(home).resolve_job_def(REFRESH)
        quiet: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        result = job.execute_in_process(
            run_config=quiet, asset_selection=[dg.AssetKey("release")], raise_on_error=False
        )
        failures = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
        assert result.success is not bool(failures)
        return [str(error.cause.message if error.cause else error.message) for error in failures]

    return run


@pytest.mark.parametrize(
    ("gate", "reason"),
    [
        ("reconciliation", "read"),
        ("dbt", "fail"),
        ("disclosure", "qi_project_sites.reach_people"),
    ],
)
def test_a_gate_refuses_and_current_stays_also_when_release_is_materialised_alone(
    home: Home,
    spoilt: Home,
    materialise_release: Callable[[Home], list[str]],
    gate: str,
    reason: str,
) -> None:
    serving = released(home)
    folder = only_refused_by(home, spoilt, gate)
    receipt = read_receipt(folder, gate)
    assert receipt is not None
    assert not receipt.passed
    assert verify_staging(home, folder, fingerprint="spoilt", run_id="spoilt") == []
    with pytest.raises(GateRefused, match=rf"gate {gate} refused: .*{reason}"):
        release(home, folder)
    messages = materialise_release(home)
    assert len(messages) == 1
    assert f"gate {gate} refused" in messages[0]
    assert released(home) == serving


def test_a_bad_row_in_a_staged_mart_is_found_by_its_suite_and_current_stays(
    home: Home, monkeypatch: pytest.MonkeyPatch, materialise_release: Callable[[Home], list[str]]
) -> None:
    import duckdb

    from orchestration.publication import audit as room

    serving = released(home)
    folder = staged_again(home)
    path = folder / MARTS / f"{SITES}.parquet"
    unplanted = path.with_suffix(".before")
    path.rename(unplanted)
    with duckdb.connect() as con:
        columns = "* replace (1.7 as reach_share, 'value' as reach_share_status)"
        planted = f"select {columns} from read_parquet('{unplanted}') limit 1"
        con.execute(f"copy ((select * from read_parquet('{unplanted}') offset 1) union all ({planted})) to '{path}'")
        con.execute(f"attach '{folder / DATABASE}' as published")
        con.execute(f"create or replace table published.marts.{SITES} as select * from read_parquet('{path}')")
    unplanted.unlink()
    (folder / "csv" / f"{SITES}.csv").write_bytes(_csv_of(path))
    for other in ("reconciliation", "dbt", "disclosure"):
        write_receipt(folder, other, [])
    suites = room.read_suites
    monkeypatch.setattr(room, "read_suites", lambda where: {SITES: suites(where)[SITES]})
    results = {result.mart: result for result in room.audit(folder)}
    assert results[SITES].has_errors
    assert "reach_share" in str(results[SITES].metadata["failing_rows"])
    verify_staging(home, folder, fingerprint="planted", run_id="planted")
    with pytest.raises(GateRefused, match="gate expectations refused"):
        release(home, folder)
    assert f"{SITES}." in (folder / "receipts" / "expectations.json").read_text(encoding="utf-8")
    assert "gate expectations refused" in materialise_release(home)[0]
    assert released(home) == serving


def _csv_of(parquet: Path) -> bytes:
    """The table as CSV, written as DuckDB writes it."""
    import duckdb

    target = parquet.with_suffix(".csv")
    with duckdb.connect() as con:
        con.execute(f"copy (select * from read_parquet('{parquet}')) to '{target}' (format csv, header)")
    try:
        return target.read_bytes()
    finally:
        target.unlink()


def other_rows_in_duckdb(folder: Path) -> None:
    import duckdb

    with duckdb.connect(str(folder / DATABASE)) as con:
        con.execute("update marts.outcome_trends set numerator = numerator + 1 where numerator is not null")


def another_value_in_csv(folder: Path) -> None:
    path = folder / "csv" / "releases.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("2021-04-01", "2021-04-02", 1), encoding="utf-8")


@pytest.mark.parametrize("harm", [other_rows_in_duckdb, another_value_in_csv])
def test_artefacts_that_disagree_with_the_marts_stop_the_release(
    home: Home, materialise_release: Callable[[Home], list[str]], harm: Callable[[Path], None]
) -> None:
    serving = released(home)
    folder = staged_again(home)
    harm(folder)
    assert verify_staging(home, folder, fingerprint="harmed", run_id="harmed")
    with pytest.raises(GateRefused, match="gate verify refused"):
        release(home, folder)
    assert "gate verify refused" in materialise_release(home)[0]
    assert released(home) == serving


@pytest.mark.parametrize("harm", [other_rows_in_duckdb, another_value_in_csv])
def test_an_artefact_that_changes_after_it_was_verified_stops_the_release(
    home: Home, harm: Callable[[Path], None]
) -> None:
    serving = released(home)
    folder = staged_again(home)
    assert verify_staging(home, folder, fingerprint="later", run_id="later") == []
    harm(folder)
    with pytest.raises(GateRefused, match="changed after they were verified"):
        release(home, folder)
    assert released(home) == serving


def test_a_receipt_that_was_turned_to_passed_by_hand_stops_the_release(
    home: Home, spoilt: Home, materialise_release: Callable[[Home], list[str]]
) -> None:
    serving = released(home)
    folder = only_refused_by(home, spoilt, "dbt")
    edited_json(folder / "receipts" / "dbt.json", passed=True)
    verify_staging(home, folder, fingerprint="forged", run_id="forged")
    with pytest.raises(GateRefused, match="receipt of gate dbt was altered"):
        release(home, folder)
    assert "was altered" in materialise_release(home)[0]
    assert released(home) == serving


def test_release_alone_with_nothing_staged_fails_and_current_stays(
    home: Home, materialise_release: Callable[[Home], list[str]]
) -> None:
    serving = released(home)
    assert "nothing is staged" in materialise_release(home)[0]
    assert released(home) == serving


def test_a_release_is_labelled_by_the_lake_that_it_was_built_from_not_by_the_lake_as_it_stands(
    home: Home, materialise_release: Callable[[Home], list[str]]
) -> None:
    built = read_manifest(released(home))["fingerprint"]
    staged_again(home)
    edited_json(next((home.lake / "ae_monthly" / "releases").glob("*.json")), notes=["another note"])
    assert materialise_release(home) == []
    assert read_manifest(released(home))["fingerprint"] == built
    assert build_is_needed(home)


def test_what_is_staged_from_a_build_that_did_not_end_well_is_not_released(
    home: Home, materialise_release: Callable[[Home], list[str]]
) -> None:
    serving = released(home)
    staged_again(home)
    note_candidate(home, built_from=None)
    assert "a build that ended well" in materialise_release(home)[0]
    assert released(home) == serving


def test_staging_the_same_candidate_again_gives_the_same_identity(home: Home) -> None:
    manifest, results = dbt_files(home)
    rows = stage(home, "again", manifest, results)
    folder = staging_folder(home, "again")
    known = read_manifest(released(home))
    assert content_identity(folder) == known["identity"]
    assert rows == known["rows"]
    assert all(
        (receipt := read_receipt(folder, gate)) is not None and receipt.passed
        for gate in ("reconciliation", "dbt", "disclosure")
    )
