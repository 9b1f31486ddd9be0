"""A refresh plans before it works, and its account and exit code say what became of every file."""

import json
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from orchestration.acquisition.archive import Archive, ArchivedFile
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile, Table, synthesiser_of
from orchestration.errors import ExitCode, UsageError
from orchestration.home import Home
from orchestration.lake.store import EntityCounts, Lake, LoadReport, QuarantinedRow
from orchestration.refresh import build, load, plan
from orchestration.refresh.doctor import Finding, examine
from orchestration.refresh.held import accept
from orchestration.refresh.load import load_pending, made_with, pending, references_of, registering_datasets
from orchestration.refresh.outcomes import FileOutcome, Outcome, RefreshRequest
from orchestration.refresh.plan import Plan, make_plan
from orchestration.refresh.quarantine import find_file, rows_of, summary
from orchestration.refresh.report import exit_code, final_outcomes, print_refresh, reconciliation
from orchestration.simulation.world import World

DATASET = "ods_successions"
HEADER = "old_code,new_code,date\n"
MEMORY = {"process_mib": 90, "largest_child_mib": 0}


@dataclass(frozen=True)
class JobEnd:
    """How a job ended, as the command line is told."""

    success: bool
    failures: tuple[tuple[str, str], ...] = ()


def arrives(home: Home, content: str, name: str = "SYNTHETIC-changes.csv") -> ArchivedFile:
    """Put a file of successions into the archive, as acquisition does."""
    path = home.build / name
    path.write_text(content, encoding="utf-8")
    return Archive(home.archive).add(path, dataset=DATASET, name=name, origin="synthetic", licence="OGL-UK-3.0")


def published_from(home: Home, fingerprint: str) -> None:
    """A current release that says what it was made from."""
    folder = home.releases / "served"
    folder.mkdir()
    manifest = {"fingerprint": fingerprint, "identity": "e" * 64, "made_at": "2025-06-15T15:06:40+00:00", "files": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    home.current.symlink_to(folder)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home").create(synthetic=True)
    Lake(made.lake).prepare()
    return made


@pytest.fixture
def loaded(home: Home) -> ArchivedFile:
    """A file with one good row and one whose code is no code."""
    file = arrives(home, HEADER + "ZZ1,ZZ2,20210401\nZZ3,not a code,20210401\n")
    (outcome,) = load_pending(home, DATASET)
    assert outcome.outcome is Outcome.LOADED
    return file


# Loading


def test_a_new_file_is_pending_until_it_is_loaded(home: Home) -> None:
    file = arrives(home, HEADER + "ZZ1,ZZ2,20210401\n")
    assert pending(home, DATASET) == [file]
    (outcome,) = load_pending(home, DATASET)
    assert (outcome.outcome, outcome.release_sha256) == (Outcome.LOADED, file.sha256)
    (counts,) = outcome.counts
    assert (counts.rows_read, counts.rows_loaded, counts.rows_quarantined, counts.rows_ignored) == (1, 1, 0, 0)
    assert pending(home, DATASET) == []


def test_a_release_that_older_code_loaded_is_pending_again(home: Home, loaded: ArchivedFile) -> None:
    (report,) = Lake(home.lake).reports(DATASET)
    assert report.made_with == made_with(dataset_spec(DATASET), {}, Lake(home.lake))
    Lake(home.lake).write(dataset_spec(DATASET), replace(report, made_with="older"), {})
    assert pending(home, DATASET) == [loaded]


def test_a_longer_register_makes_the_releases_that_refer_to_it_pending_again() -> None:
    spec = dataset_spec("qi_projects")
    lake = Lake(Path("nowhere"))
    assert references_of(lake, spec) == {"organisations": frozenset()}
    short, long = frozenset({"ZZ1"}), frozenset({"ZZ1", "ZZ2"})
    assert made_with(spec, {"organisations": short}, lake) != made_with(spec, {"organisations": long}, lake)
    assert "ods_trusts" in registering_datasets(spec)


def test_a_refused_file_leaves_nothing_in_the_lake_and_the_good_one_stays(home: Home, loaded: ArchivedFile) -> None:
    bad = arrives(home, "<!doctype html><title>Sign in</title>\n", "SYNTHETIC-second.csv")
    (outcome,) = load_pending(home, DATASET)
    assert outcome.outcome is Outcome.REFUSED
    assert outcome.reason
    assert [report.release_sha256 for report in Lake(home.lake).reports()] == [loaded.sha256]
    assert pending(home, DATASET) == []
    found = Archive(home.archive).find(DATASET, bad.sha256)
    assert found is not None
    assert (found.status, found.reason) == ("refused", outcome.reason)


# Planning


def test_a_plan_names_what_is_pending_and_folders_of_no_known_dataset(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "build_is_needed", lambda home: False)
    given = tmp_path / "given"
    for folder in (DATASET, "no_such_dataset"):
        (given / folder).mkdir(parents=True)
        (given / folder / "SYNTHETIC-changes.csv").write_text(HEADER + "ZZ1,ZZ2,20210401\n")
    request = RefreshRequest(given)
    made = make_plan(home, request)
    assert [(item.dataset, item.outcome) for item in made.arrived] == [(DATASET, Outcome.ARCHIVED)]
    assert made.pending == ((DATASET, made.arrived[0].release_sha256),)
    assert made.unknown_folders == ("no_such_dataset",)
    assert made.is_needed
    load_pending(home, DATASET)
    again = make_plan(home, request)
    assert [item.outcome for item in again.arrived] == [Outcome.ALREADY_KNOWN]
    assert (again.pending, again.is_needed) == ((), False)


def test_a_build_is_needed_until_the_served_release_was_made_from_what_is_at_hand(home: Home) -> None:
    assert build.published_fingerprint(home) is None
    assert build.build_is_needed(home)
    published_from(home, build.fingerprint(home))
    assert not build.build_is_needed(home)
    arrives(home, HEADER + "ZZ1,ZZ2,20210401\n")
    assert not build.build_is_needed(home)
    load_pending(home, DATASET)
    assert build.build_is_needed(home)


def test_other_code_or_another_kind_of_home_makes_a_build_necessary(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Home(home.root.parent / "real").create()
    Lake(real.lake).prepare()
    assert build.fingerprint(real) != build.fingerprint(home)
    published_from(home, build.fingerprint(home))
    monkeypatch.setattr(build, "code_fingerprint", lambda: "other code")
    assert build.build_is_needed(home)


def test_a_candidate_of_other_code_or_that_does_not_open_is_dropped(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    def candidate_is_kept() -> bool:
        build.prepare_candidate(home)
        return home.candidate.exists()

    with duckdb.connect(str(home.candidate)) as con:
        con.execute("create table kept as select 1 as id")
    assert not candidate_is_kept()
    with duckdb.connect(str(home.candidate)) as con:
        con.execute("create table kept as select 1 as id")
    assert candidate_is_kept()
    log = home.candidate.with_suffix(".duckdb.wal")
    log.write_bytes(b"torn")
    assert not candidate_is_kept()
    assert not log.exists()
    home.candidate.write_bytes(b"not a database")
    assert not candidate_is_kept()
    with duckdb.connect(str(home.candidate)) as con:
        con.execute("create table kept as select 1 as id")
    monkeypatch.setattr(build, "code_fingerprint", lambda: "other code")
    assert not candidate_is_kept()


# The account


def file_outcome(outcome: Outcome) -> FileOutcome:
    return FileOutcome(DATASET, "SYNTHETIC-changes.csv", outcome, "why")


def plan_of(*arrived: FileOutcome, pending: tuple[tuple[str, str], ...] = (), unknown: tuple[str, ...] = ()) -> Plan:
    return Plan(arrived, pending, unknown, build_needed=bool(pending))


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([], ExitCode.OK),
        ([Outcome.LOADED, Outcome.ALREADY_KNOWN, Outcome.NOT_OF_THIS_DATASET], ExitCode.OK),
        ([Outcome.UNAVAILABLE, Outcome.LOADED], ExitCode.SOURCE_UNAVAILABLE),
        ([Outcome.REFUSED], ExitCode.ATTENTION),
        ([Outcome.HELD], ExitCode.ATTENTION),
        ([Outcome.UNAVAILABLE, Outcome.REFUSED], ExitCode.ATTENTION),
        ([Outcome.HELD, Outcome.UNAVAILABLE], ExitCode.ATTENTION),
    ],
)
def test_attention_wins_over_an_unavailable_source(outcomes: list[Outcome], expected: ExitCode) -> None:
    assert exit_code([file_outcome(outcome) for outcome in outcomes], [], JobEnd(True)) is expected
    assert exit_code([file_outcome(outcome) for outcome in outcomes], [], None) is expected


def test_quarantined_rows_of_this_run_call_for_attention(home: Home, loaded: ArchivedFile) -> None:
    now_loaded = FileOutcome(DATASET, loaded.name, Outcome.LOADED, release_sha256=loaded.sha256)
    unavailable = file_outcome(Outcome.UNAVAILABLE)
    rows = list(reconciliation(home, [now_loaded, unavailable]))
    assert exit_code([now_loaded, unavailable], rows, JobEnd(True)) is ExitCode.ATTENTION
    known = replace(now_loaded, outcome=Outcome.ALREADY_KNOWN)
    assert list(reconciliation(home, [known])) == []
    assert exit_code([known], [], None) is ExitCode.OK


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (["release"], ExitCode.ATTENTION),
        (["dbt_models", "great_expectations"], ExitCode.ATTENTION),
        (["published/datasets:one_row_per_dataset"], ExitCode.ATTENTION),
        (["lake__imd"], ExitCode.BUG),
        (["lake__imd", "release"], ExitCode.BUG),
        ([], ExitCode.BUG),
    ],
)
def test_a_gate_that_refuses_calls_for_attention_and_any_other_failure_is_a_bug(
    steps: list[str], expected: ExitCode
) -> None:
    result = JobEnd(False, tuple((step, "message") for step in steps))
    assert exit_code([file_outcome(Outcome.UNAVAILABLE)], [], result) is expected


def test_a_loaded_file_is_accounted_for_row_by_row(home: Home, loaded: ArchivedFile) -> None:
    arrived = FileOutcome(DATASET, loaded.name, Outcome.ARCHIVED, release_sha256=loaded.sha256)
    made = plan_of(arrived, pending=((DATASET, loaded.sha256),))
    (outcome,) = final_outcomes(home, made)
    assert outcome.outcome is Outcome.LOADED
    (row,) = reconciliation(home, [outcome])
    assert (row.entity, row.read, row.loaded, row.quarantined, row.ignored, row.reconciles) == (
        "successions", 2, 1, 1, 0, True,
    )  # fmt: skip


def test_a_file_that_is_pending_from_an_earlier_run_is_accounted_for_too(home: Home, loaded: ArchivedFile) -> None:
    (outcome,) = final_outcomes(home, plan_of(pending=((DATASET, loaded.sha256),)))
    assert (outcome.name, outcome.outcome) == (loaded.name, Outcome.LOADED)


def test_a_file_that_a_dead_job_never_reached_is_not_called_loaded(home: Home) -> None:
    file = arrives(home, HEADER + "ZZ1,ZZ2,20210401\n")
    (outcome,) = final_outcomes(home, plan_of(pending=((DATASET, file.sha256),)))
    assert (outcome.outcome, outcome.reason) == (Outcome.ARCHIVED, "not loaded yet")


def test_the_printed_account_names_files_folders_reconciliation_and_memory(
    home: Home, loaded: ArchivedFile, capsys: pytest.CaptureFixture[str]
) -> None:
    arrived = (
        FileOutcome(DATASET, loaded.name, Outcome.ARCHIVED, release_sha256=loaded.sha256),
        FileOutcome("imd", "notes.txt", Outcome.NOT_OF_THIS_DATASET, "a note"),
        FileOutcome("ae_monthly", "april.csv", Outcome.REFUSED, "column 'Org Code' is gone"),
    )
    made = plan_of(*arrived, pending=((DATASET, loaded.sha256),), unknown=("census_ethnicity",))
    assert print_refresh(home, made, JobEnd(True), as_json=False, memory=MEMORY) is ExitCode.ATTENTION
    printed = capsys.readouterr().out
    line, summary = [line for line in printed.splitlines() if line.startswith(DATASET)]
    assert line.split()[-4:] == ["2", "1", "1", "0"]
    assert summary.split() == [DATASET, "1", "2", "1", "1", "0"]
    assert re.search(r"^all +3 +2 +1 +1 +0$", printed, re.MULTILINE)
    assert "not of this dataset: imd/notes.txt: a note" in printed
    assert "refused: ae_monthly/april.csv: column 'Org Code' is gone" in printed
    assert "folders of no known dataset, left alone: census_ethnicity" in printed
    assert "peak memory: 90 MiB here, 0 MiB in the largest child" in printed
    assert "nothing is new" not in printed


def test_the_account_of_a_failed_run_says_that_the_last_good_release_stays(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    published_from(home, "f")
    result = JobEnd(False, (("release", "gate dbt refused"),))
    assert print_refresh(home, plan_of(), result, as_json=False, memory=MEMORY) is ExitCode.ATTENTION
    printed = capsys.readouterr().out
    assert "FAILED release: gate dbt refused" in printed
    assert "no new release; the last good one stays served" in printed


def test_the_account_as_json_is_json_and_says_when_nothing_is_new(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    known = file_outcome(Outcome.ALREADY_KNOWN)
    assert print_refresh(home, plan_of(known), None, as_json=True, memory=MEMORY) is ExitCode.OK
    document = json.loads(capsys.readouterr().out)
    assert (document["nothing_new"], document["already_known"], document["files"]) == (True, 1, [])
    assert (document["release"], document["peak_memory"]) == (None, MEMORY)


def test_counts_that_do_not_add_up_are_shouted(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    report = LoadReport(
        DATASET, "c" * 64, "SYNTHETIC-odd.csv", "pairs", date(2021, 1, 1), date(2021, 1, 31), "2021-01", None, "final",
        "synthetic", "OGL-UK-3.0", 1, "x", (EntityCounts("successions", 5, 3, 1),),
    )  # fmt: skip
    Lake(home.lake).write(dataset_spec(DATASET), report, {})
    print_refresh(home, plan_of(pending=((DATASET, "c" * 64),)), JobEnd(True), as_json=False, memory=MEMORY)
    assert "DOES NOT RECONCILE" in capsys.readouterr().out


# Quarantine


def test_quarantine_is_summed_by_rule_and_shows_no_value(home: Home, loaded: ArchivedFile) -> None:
    (row,) = summary(home, None)
    assert (row["dataset"], row["rule"], row["column"], row["rows_per_rule"]) == (DATASET, "pattern", "new_code", 1)
    (detail,) = rows_of(home, DATASET, loaded.sha256[:8])
    assert detail["source_row"] == 3
    assert "not a code" not in json.dumps([row, detail])
    assert QuarantinedRow(**detail).column == "new_code"


def test_a_refused_file_stands_in_the_quarantine_until_it_is_accepted(home: Home) -> None:
    bad = arrives(home, "<!doctype html>\n")
    load_pending(home, DATASET)
    (row,) = summary(home, DATASET)
    assert (row["entity"], row["release"], row["rows_per_rule"]) == ("(whole file)", bad.sha256[:12], None)
    assert accept(home, DATASET, bad.sha256[:12]).startswith(bad.name)
    assert summary(home, DATASET) == []
    assert [file.sha256 for file in pending(home, DATASET)] == [bad.sha256]


def test_a_prefix_that_no_or_several_files_have_is_a_usage_error(home: Home, loaded: ArchivedFile) -> None:
    arrives(home, HEADER + "ZZ8,ZZ9,20210401\n", "SYNTHETIC-more.csv")
    for prefix, count in (("", 2), ("x", 0)):
        with pytest.raises(UsageError, match=f"{count} files of {DATASET}"):
            find_file(home, DATASET, prefix)


# Doctor


def findings_of(home: Home) -> dict[str, Finding]:
    return {finding.what: finding for finding in examine(home)}


def test_a_sound_home_has_no_bad_finding(home: Home) -> None:
    assert [finding for finding in examine(home) if not finding.ok] == []


def test_an_inbox_that_others_can_read_is_a_finding_with_its_remedy(home: Home) -> None:
    home.inbox.chmod(0o755)
    finding = findings_of(home)["inbox"]
    assert not finding.ok
    assert f"chmod 700 {home.inbox}" in finding.detail


def test_settings_of_another_version_are_a_finding_and_not_a_crash(home: Home) -> None:
    (home.root / "home.yaml").write_text("format: 1\ncolour: blue\n")
    broken = Home(home.root)
    assert any(not finding.ok and "colour" in finding.detail for finding in examine(broken))


@pytest.mark.parametrize("manifest", ["", "{}"])
def test_a_torn_manifest_is_a_finding_and_not_a_crash(home: Home, manifest: str) -> None:
    published_from(home, "f")
    (home.current / "manifest.json").write_text(manifest)
    assert not findings_of(home)["release"].ok


def test_a_file_that_a_parser_stumbles_over_is_refused_and_the_next_one_loads(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = arrives(home, HEADER + "ZZ1,ZZ2,20210401\n", "SYNTHETIC-bad.csv")
    good = arrives(home, HEADER + "ZZ3,ZZ4,20210401\n", "SYNTHETIC-good.csv")
    whole = load.parser_of(DATASET)

    def stumbling(source: SourceFile) -> Parsed:
        if source.name == bad.name:
            raise IndexError("tuple index out of range")
        return whole(source)

    monkeypatch.setattr(load, "parser_of", lambda dataset: stumbling)
    refused, loaded_ = load_pending(home, DATASET)
    assert (refused.outcome, loaded_.outcome) == (Outcome.REFUSED, Outcome.LOADED)
    assert "SYNTHETIC-bad.csv" in refused.reason
    assert "IndexError: tuple index out of range" in refused.reason
    assert [report.release_sha256 for report in Lake(home.lake).reports()] == [good.sha256]
    assert pending(home, DATASET) == []


def test_headings_without_a_record_are_no_release(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = next(iter(synthesiser_of("ae_monthly")(World.make(scale="small"))))
    path = tmp_path / file.name
    path.write_bytes(file.content)
    Archive(home.archive).add(path, dataset="ae_monthly", name=path.name, origin="synthetic", licence="OGL-UK-3.0")
    whole = load.parser_of("ae_monthly")

    def emptied(source: SourceFile) -> Parsed:
        parsed = whole(source)
        return replace(parsed, tables={name: Table(table.frame[:0], 0) for name, table in parsed.tables.items()})

    monkeypatch.setattr(load, "parser_of", lambda dataset: emptied)
    (outcome,) = load_pending(home, "ae_monthly")
    assert outcome.outcome is Outcome.REFUSED
    assert outcome.reason == f"{file.name}: there are headings and no records below them"
    assert Lake(home.lake).reports("ae_monthly") == []


def test_a_prefix_that_several_files_share_is_answered_with_their_names(home: Home, loaded: ArchivedFile) -> None:
    other = arrives(home, HEADER + "ZZ8,ZZ9,20210401\n", "SYNTHETIC-more.csv")
    with pytest.raises(UsageError, match=f"give more digits: .*{other.sha256[:12]} {other.name}"):
        find_file(home, DATASET, "")
