"""The demo from end to end, and what a reader may ask of the home that it leaves."""

import json
import re
from pathlib import Path

import pytest
from support_home import copied, evenhand, released, staged_again

from orchestration.errors import ExitCode
from orchestration.home import Home
from orchestration.publication.receipts import GATES, MARTS
from orchestration.publication.release import read_manifest, release, rollback, verify_staging

HIDDEN_FROM_QUERIES = (
    "create table marts.mine as select 1 as one",
    "delete from outcome_trends",
    "update outcome_trends set value = 0",
    "drop table marts.outcome_trends",
    "attach '{home}/build/candidate.duckdb' as other",
    "copy outcome_trends to '{home}/stolen.csv'",
    "select * from read_csv('{home}/home.yaml')",
    "select * from read_parquet('{home}/lake/platform/releases.parquet')",
    "select * from read_text('{home}/home.yaml')",
    "select * from glob('{home}/*')",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "reset enable_external_access",
    "select 1; copy outcome_trends to '{home}/stolen.csv'",
)


@pytest.fixture(scope="module")
def printed(demo: Home) -> str:
    return (demo.root / "demo.out").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def twice(demo: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of the demo's home in which its content was published a second time."""
    home = copied(demo, tmp_path_factory.mktemp("twice") / "home")
    folder = staged_again(home)
    verify_staging(home, folder, fingerprint=read_manifest(released(home))["fingerprint"], run_id="again")
    release(home, folder)
    return home


def effects(printed: str) -> dict[str, float]:
    """Planted kind → change of the gap as the demo prints it."""
    return {kind: float(line.split()[-1]) for kind in ("narrows", "none", "widens")
            for line in re.findall(rf"^{kind} .*$", printed, re.MULTILINE)}  # fmt: skip


def test_the_demo_prints_the_headline_by_deprivation_and_says_that_it_is_simulated(printed: str) -> None:
    assert "SIMULATED DATA" in printed
    rows = re.findall(r"recovery +deprivation +(\d+) +(\d{4})-04-01 +([\d.]+)", printed)
    assert [(group, year) for group, year, _ in rows] == [
        ("1", "2017"), ("10", "2017"), ("1", "2024"), ("10", "2024"),
    ]  # fmt: skip
    assert all(0 < float(value) < 100 for _, _, value in rows)


def test_the_marts_show_the_planted_effects_with_the_right_sign(printed: str) -> None:
    found = effects(printed)
    assert found["narrows"] <= -1.5
    assert found["widens"] >= 1.5
    assert abs(found["none"]) < 1.5


def test_every_file_of_the_demo_reconciles(printed: str) -> None:
    total = re.search(r"^all +\d+ +([\d,]+) +([\d,]+) +([\d,]+) +([\d,]+)$", printed, re.MULTILINE)
    assert total is not None
    read, loaded, quarantined, ignored = (int(number.replace(",", "")) for number in total.groups())
    assert read == loaded + quarantined + ignored
    assert loaded > 10_000
    assert "DOES NOT RECONCILE" not in printed


def test_the_demo_names_a_release_that_is_whole(demo: Home, printed: str) -> None:
    folder = released(demo)
    assert f"release: {folder}" in printed
    marts = sorted(path.stem for path in (folder / MARTS).glob("*.parquet"))
    assert {"outcome_trends", "outcome_inequalities", "qi_projects", "releases", "data_quality"} <= set(marts)
    assert sorted(path.stem for path in (folder / "csv").glob("*.csv")) == marts
    assert sorted(path.stem for path in (folder / "receipts").glob("*.json")) == sorted(GATES)
    for name in ("evenhand.duckdb", "site/index.html", "data_docs/index.html", "manifest.json"):
        assert (folder / name).stat().st_size > 0
    manifest = read_manifest(folder)
    assert manifest["is_synthetic"] is True
    assert sorted(manifest["rows"]) == marts


def test_verify_finds_the_release_whole(demo: Home) -> None:
    done = evenhand(demo.root, "verify")
    assert done.returncode == ExitCode.OK
    assert released(demo).name in done.stdout


def test_status_names_the_release_and_every_dataset(demo: Home) -> None:
    done = evenhand(demo.root, "status", "--json")
    assert done.returncode == ExitCode.OK
    status = json.loads(done.stdout)
    assert status["release"] == read_manifest(released(demo))["identity"]
    assert status["synthetic"] is True
    assert status["writer"] is None
    releases = {row["dataset"]: row["releases"] for row in status["datasets"]}
    assert releases["ae_monthly"] == 49
    assert [dataset for dataset, count in releases.items() if count == 0] == ["research_activity"]


def test_the_doctor_finds_nothing_wrong(demo: Home) -> None:
    done = evenhand(demo.root, "doctor", "--json")
    assert done.returncode == ExitCode.OK, done.stdout
    assert {"python", "dbt", "home", "release"} <= {finding["what"] for finding in json.loads(done.stdout)}


def test_nothing_of_the_demo_is_in_quarantine(demo: Home) -> None:
    done = evenhand(demo.root, "quarantine", "list", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (ExitCode.OK, [])


def test_sql_answers_as_json(demo: Home) -> None:
    done = evenhand(demo.root, "sql", "select count(*) as releases from releases", "--json")
    assert done.returncode == ExitCode.OK, done.stderr
    assert json.loads(done.stdout)[0]["releases"] == read_manifest(released(demo))["rows"]["releases"]


def test_s01_sql_neither_writes_nor_reaches_files_network_or_settings(demo: Home) -> None:
    from orchestration.errors import UsageError
    from orchestration.publication.query import run_query

    before = read_manifest(released(demo))["files"]["evenhand.duckdb"]
    for query in HIDDEN_FROM_QUERIES:
        with pytest.raises(UsageError):
            run_query(demo, query.format(home=demo.root))
    assert not (demo.root / "stolen.csv").exists()
    assert (released(demo) / "evenhand.duckdb").stat().st_size == before["bytes"]


def test_s01_a_refused_query_is_a_usage_error_of_the_command(demo: Home) -> None:
    done = evenhand(demo.root, "sql", "attach '/etc/passwd' as mine")
    assert done.returncode == ExitCode.USAGE
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("refresh", "--from", "no-such-folder"),
        ("refresh", "--dataset", "no_such_dataset"),
        ("no-such-command",),
        ("verify", "no-such-release"),
        ("accept", "ae_monthly", "0123"),
        ("dev", "--host", "0.0.0.0"),  # noqa: S104
    ],
)
def test_a_command_that_cannot_be_meant_is_a_usage_error(demo: Home, arguments: tuple[str, ...]) -> None:
    done = evenhand(demo.root, *arguments)
    assert done.returncode == ExitCode.USAGE, done.stderr
    assert "Traceback" not in done.stderr


def test_a_home_with_an_unknown_setting_is_a_configuration_error(tmp_path: Path) -> None:
    Home(tmp_path / "home").create()
    (tmp_path / "home" / "home.yaml").write_text("format: 1\nsyntetic: true\n", encoding="utf-8")
    done = evenhand(tmp_path / "home", "status")
    assert done.returncode == ExitCode.CONFIGURATION
    assert "syntetic" in done.stderr


def test_rollback_with_one_release_changes_nothing(demo: Home, tmp_path: Path) -> None:
    home = copied(demo, tmp_path / "home")
    done = evenhand(home.root, "rollback")
    assert done.returncode == ExitCode.USAGE
    assert released(home).name == released(demo).name


def test_a_reader_of_the_old_release_is_not_disturbed_by_a_new_one(demo: Home, tmp_path: Path) -> None:
    import duckdb

    home = copied(demo, tmp_path / "home")
    old = released(home)
    question = "select count(*), sum(numerator) from marts.outcome_trends"
    with duckdb.connect(str(home.current / "evenhand.duckdb"), read_only=True) as reader:
        answer = reader.execute(question).fetchall()
        folder = staged_again(home)
        verify_staging(home, folder, fingerprint="another", run_id="another")
        new = release(home, folder)
        assert released(home) == new != old
        assert reader.execute(question).fetchall() == answer
        assert reader.execute("select count(*) from marts.releases").fetchall()[0][0] > 0


def test_rollback_serves_the_release_before(twice: Home, demo: Home) -> None:
    newest = released(twice)
    try:
        done = evenhand(twice.root, "rollback")
        assert done.returncode == ExitCode.OK, done.stderr
        assert released(twice).name == released(demo).name
        back = evenhand(twice.root, "rollback", "--to", newest.name)
        assert back.returncode == ExitCode.OK, back.stderr
    finally:
        rollback(twice, newest.name)
    assert released(twice) == newest


def test_an_altered_file_fails_verify_and_stops_a_rollback(twice: Home, demo: Home, tmp_path: Path) -> None:
    home = copied(twice, tmp_path / "home")
    newest, older = released(home).name, released(demo).name
    with (home.releases / older / "csv" / "releases.csv").open("a", encoding="utf-8") as stream:
        stream.write("one,more\n")
    verified = evenhand(home.root, "verify", older)
    assert verified.returncode == ExitCode.ATTENTION
    assert "csv/releases.csv was altered" in verified.stderr
    refused = evenhand(home.root, "rollback", "--to", older)
    assert refused.returncode == ExitCode.ATTENTION
    assert released(home).name == newest
