"""Fault catalogue, homes: two writers, damaged files, a home that can't be written, and what must never be in one."""

import pickle
import pickletools
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support_home import copied, evenhand, home_environment, offered, released

from orchestration.acquisition.archive import Archive
from orchestration.errors import ExitCode
from orchestration.home import Home
from orchestration.lake.store import Lake
from orchestration.publication.release import read_manifest
from orchestration.refresh.build import prepare_candidate
from orchestration.refresh.doctor import examine
from orchestration.refresh.load import load_pending
from orchestration.refresh.outcomes import Outcome

HOLDS = """
import sys, time
from pathlib import Path
from orchestration.home import Home
from orchestration.refresh.lock import writer_lock
with writer_lock(Home(Path(sys.argv[1])), "evenhand refresh"):
    print("held", flush=True)
    time.sleep(600)
"""
SECRET = "hunter2-canary"  # noqa: S105


@pytest.fixture
def home(demo: Home, tmp_path: Path) -> Home:
    return copied(demo, tmp_path / "home")


@contextmanager
def a_writer(home: Home) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the home's lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(home.root)],
        stdout=subprocess.PIPE,
        text=True,
        env=home_environment(home.root),
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "held"
        yield process
    finally:
        process.kill()
        process.wait()


def test_p08_a_second_refresh_is_refused_and_told_who_is_at_work(home: Home) -> None:
    with a_writer(home) as writer:
        done = evenhand(home.root, "refresh", "--offline")
        assert done.returncode == ExitCode.LOCKED
        assert f"evenhand refresh (process {writer.pid}, since " in done.stderr
        assert f"process {writer.pid}" in evenhand(home.root, "status").stdout
        assert evenhand(home.root, "rollback").returncode == ExitCode.LOCKED
    assert released(home)


def test_p09_the_lock_of_a_dead_process_is_no_obstacle(home: Home) -> None:
    with a_writer(home) as writer:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        assert (home.build / "writer.lock").read_text(encoding="utf-8")
        done = evenhand(home.root, "refresh", "--offline")
    assert done.returncode == ExitCode.OK, done.stderr
    assert "nothing is new" in done.stdout


def test_p11_the_doctor_names_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    done = evenhand(tmp_path / "file" / "home", "doctor")
    assert done.returncode == ExitCode.CONFIGURATION, done.stdout + done.stderr
    assert "BAD home" in done.stdout
    assert "Traceback" not in done.stderr
    refused = evenhand(tmp_path / "file" / "home", "refresh", "--offline")
    assert refused.returncode == ExitCode.CONFIGURATION, refused.stderr
    assert "Traceback" not in refused.stderr


def test_p11_the_doctor_names_a_home_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home").create()
    monkeypatch.setattr("orchestration.refresh.doctor.os.access", lambda place, mode: False)
    (found,) = [finding for finding in examine(home) if finding.what == "home"]
    assert not found.ok
    assert f"not writable: {home.root}" in found.detail


@pytest.mark.parametrize("harm", ["truncated", "overwritten", "torn log", "torn note"])
def test_p12_a_damaged_candidate_is_dropped_before_dbt_sees_it(home: Home, harm: str) -> None:
    content = home.candidate.read_bytes()
    if harm == "truncated":
        home.candidate.write_bytes(content[: len(content) // 2])
    elif harm == "overwritten":
        home.candidate.write_bytes(b"no database" * 1000)
    elif harm == "torn log":
        home.candidate.with_suffix(".duckdb.wal").write_bytes(b"torn")
    else:
        (home.build / "candidate.json").write_text('{"code": "12', encoding="utf-8")
    prepare_candidate(home)
    assert not home.candidate.exists()
    assert not home.candidate.with_suffix(".duckdb.wal").exists()


def test_p12_a_whole_candidate_is_kept(home: Home) -> None:
    prepare_candidate(home)
    assert home.candidate.exists()


def test_p12_the_marts_are_rebuilt_from_the_lake_when_the_candidate_is_damaged(home: Home) -> None:
    identity = read_manifest(released(home))["identity"]
    home.current.unlink()
    home.candidate.write_bytes(home.candidate.read_bytes()[:100_000])
    done = evenhand(home.root, "refresh", "--offline")
    assert done.returncode == ExitCode.OK, done.stdout[-3000:] + done.stderr[-3000:]
    assert read_manifest(released(home))["identity"] == identity


def damaged(home: Home) -> str:
    """Damage the archived bytes of one A&E month that must be loaded again; returns its sha256."""
    report = Lake(home.lake).reports("ae_monthly")[3]
    blob = home.archive / "blobs" / report.release_sha256[:2] / report.release_sha256
    blob.chmod(0o644)
    blob.write_bytes(blob.read_bytes()[:-50])
    for other in Lake(home.lake).reports("ae_monthly")[:5]:
        path = home.lake / "ae_monthly" / "releases" / f"{other.release_sha256}.json"
        path.write_text(path.read_text(encoding="utf-8").replace(other.made_with, "0" * 16), encoding="utf-8")
    return report.release_sha256


def test_p13_a_damaged_archived_file_is_reported_its_last_load_stays_and_the_others_load(home: Home) -> None:
    before = {report.release_sha256 for report in Lake(home.lake).reports("ae_monthly")}
    sha256 = damaged(home)
    outcomes = {item.release_sha256: item for item in load_pending(home, "ae_monthly")}
    assert len(outcomes) == 5
    assert outcomes[sha256].outcome is Outcome.REFUSED
    assert "damaged" in outcomes[sha256].reason
    assert {item.outcome for name, item in outcomes.items() if name != sha256} == {Outcome.LOADED}
    assert {report.release_sha256 for report in Lake(home.lake).reports("ae_monthly")} == before


def test_p13_the_same_file_offered_again_mends_the_archive_and_loads(home: Home, demo: Home, tmp_path: Path) -> None:
    sha256 = damaged(home)
    load_pending(home, "ae_monthly")
    row = Archive(home.archive).find("ae_monthly", sha256)
    assert row is not None
    whole = Archive(demo.archive).open(sha256).read_bytes()
    offer = offered(tmp_path / "offer", "ae_monthly", {row.name: whole})
    from orchestration.refresh.intake import acquire
    from orchestration.refresh.outcomes import RefreshRequest

    acquire(home, RefreshRequest(offer))
    assert Archive(home.archive).open(sha256).read_bytes() == whole
    assert [item.outcome for item in load_pending(home, "ae_monthly")] == [Outcome.LOADED]


def test_s04_a_secret_in_an_address_is_not_shown(home: Home) -> None:
    settings = home.root / "home.yaml"
    kept = [line for line in settings.read_text("utf-8").splitlines() if not line.startswith("publisher_root")]
    settings.write_text("\n".join([*kept, f"publisher_root: http://user:{SECRET}@127.0.0.1:9", ""]), "utf-8")
    for command in (("refresh", "--dataset", "ods_successions"), ("doctor",), ("status", "--json")):
        done = evenhand(home.root, *command)
        assert SECRET not in done.stdout + done.stderr, command
    found = [path for path in home.root.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert found == [settings]


def is_pickle(content: bytes) -> bool:
    """Whether the bytes are a pickle from the first opcode to the last."""
    try:
        return any(opcode.name == "STOP" for opcode, _, _ in pickletools.genops(content))
    except Exception:  # whatever is no pickle raises its own kind of error
        return False


def test_s12_a_run_leaves_no_pickle_in_the_home(demo: Home) -> None:
    assert is_pickle(pickle.dumps({"a": [1, 2]}))
    paths = [path for path in demo.root.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(paths) > 200
    assert [str(path) for path in paths if path.stat().st_size and is_pickle(path.read_bytes())] == []


def test_a_home_moved_elsewhere_still_serves_its_release(home: Home, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.move(home.root, moved)
    assert evenhand(moved, "verify").returncode == ExitCode.OK
