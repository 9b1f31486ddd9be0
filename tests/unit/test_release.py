"""A release is what five gates have seen, swapped in at once; anything else leaves `current` as it was."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.errors import ExitCode, GateRefused, UsageError
from orchestration.home import Home
from orchestration.publication import release as room
from orchestration.publication.marts import Mart, MartColumn, read_marts
from orchestration.publication.protect import disclosures, protected_select
from orchestration.publication.receipts import (
    GATES,
    content_identity,
    demand_receipts,
    read_receipt,
    write_receipt,
)
from orchestration.publication.release import (
    current_release,
    point_to,
    read_manifest,
    release,
    releases,
    rollback,
    verify_files,
    verify_staging,
)
from orchestration.publication.stage import dbt_problems, newest_staging, staging_folder, sweep_staging

MARTS = ("datasets", "outcome_trends")


def set_clock(monkeypatch: pytest.MonkeyPatch, second: int) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1_750_000_000 + second))


def write_artefacts(folder: Path, rows: int) -> None:
    """Two marts of ``rows`` rows as Parquet, CSV and DuckDB, and a site of one page."""
    for name in ("marts", "csv", "site"):
        (folder / name).mkdir(parents=True)
    with duckdb.connect(str(folder / "evenhand.duckdb")) as con:
        con.execute("create schema marts")
        for mart in MARTS:
            con.execute(f"create table marts.{mart} as select range as id, 'x' as name from range({rows})")
            con.execute(f"copy marts.{mart} to '{folder}/marts/{mart}.parquet'")
            con.execute(f"copy marts.{mart} to '{folder}/csv/{mart}.csv' (header)")
    (folder / "site" / "index.html").write_text("<title>SYNTHETIC</title>", encoding="utf-8")


def staged(home: Home, rows: int = 3, run_id: str = "run") -> Path:
    """A staging folder with five passing receipts."""
    folder = staging_folder(home, run_id)
    write_artefacts(folder, rows)
    for gate in GATES[:-1]:
        write_receipt(folder, gate, [], ["looked at"])
    assert verify_staging(home, folder, fingerprint="f" * 64, run_id=run_id) == []
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    set_clock(monkeypatch, 0)
    return Home(tmp_path / "home").create(synthetic=True)


@pytest.fixture
def served(home: Home, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The release that is current before a test does harm."""
    target = release(home, staged(home, rows=2))
    set_clock(monkeypatch, 60)
    return target


# Receipts


def test_five_passing_receipts_on_this_content_let_it_through(home: Home) -> None:
    demand_receipts(staged(home))


@pytest.mark.parametrize("gate", GATES)
def test_a_missing_receipt_refuses_the_release_and_current_stays(home: Home, served: Path, gate: str) -> None:
    folder = staged(home)
    (folder / "receipts" / f"{gate}.json").unlink()
    with pytest.raises(GateRefused, match=f"gate {gate} has left no receipt") as refused:
        release(home, folder)
    assert refused.value.exit_code is ExitCode.ATTENTION
    assert current_release(home) == served
    assert releases(home) == [served]


@pytest.mark.parametrize("gate", GATES)
def test_a_failing_receipt_refuses_the_release_with_its_reason_and_current_stays(
    home: Home, served: Path, gate: str
) -> None:
    folder = staged(home)
    write_receipt(folder, gate, ["12 rows do not add up"])
    with pytest.raises(GateRefused, match=f"gate {gate} refused: 12 rows do not add up"):
        release(home, folder)
    assert current_release(home) == served


@pytest.mark.parametrize(
    "change",
    [
        {"passed": True},
        {"details": []},
        {"own_hash": "0" * 64},
        {"content": "0" * 64},
        {"signed_by": "someone"},
    ],
)
def test_an_altered_receipt_refuses_the_release_and_current_stays(
    home: Home, served: Path, change: dict[str, Any]
) -> None:
    folder = staged(home)
    write_receipt(folder, "dbt", ["a test failed"])
    path = folder / "receipts" / "dbt.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(GateRefused, match="dbt was altered"):
        release(home, folder)
    assert current_release(home) == served


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", "null"])
def test_a_receipt_that_is_none_counts_as_altered(home: Home, content: str) -> None:
    folder = staged(home)
    (folder / "receipts" / "dbt.json").write_text(content)
    with pytest.raises(GateRefused, match="dbt was altered"):
        read_receipt(folder, "dbt")


def test_one_gates_receipt_cannot_stand_in_for_another(home: Home, served: Path) -> None:
    folder = staged(home)
    shutil.copyfile(folder / "receipts" / "dbt.json", folder / "receipts" / "expectations.json")
    with pytest.raises(GateRefused, match="expectations was altered"):
        release(home, folder)
    assert current_release(home) == served


def test_a_receipt_for_other_content_refuses_the_release_and_current_stays(home: Home, served: Path) -> None:
    folder = staged(home)
    with duckdb.connect() as con:
        con.execute(f"copy (select 99 as id) to '{folder}/marts/datasets.parquet'")
    with pytest.raises(GateRefused, match="gate reconciliation saw other content than is staged"):
        release(home, folder)
    assert current_release(home) == served


def test_the_identity_is_that_of_the_marts_and_of_nothing_else(home: Home) -> None:
    folder = staged(home)
    identity = content_identity(folder)
    (folder / "site" / "index.html").write_text("another page")
    (folder / "evenhand.duckdb").unlink()
    assert content_identity(folder) == identity
    (folder / "marts" / "datasets.parquet").rename(folder / "marts" / "data_sets.parquet")
    assert content_identity(folder) != identity


def test_a_folder_without_marts_has_no_identity(tmp_path: Path) -> None:
    with pytest.raises(GateRefused, match="holds no mart"):
        content_identity(tmp_path)


# Verify


def test_a_release_that_nobody_touched_verifies(home: Home) -> None:
    assert verify_files(release(home, staged(home))) == []


def test_an_altered_file_is_found(served: Path) -> None:
    (served / "csv" / "datasets.csv").write_text("id,name\n")
    assert verify_files(served) == ["csv/datasets.csv was altered"]


def test_an_added_file_is_found(served: Path) -> None:
    (served / "site" / "extra.html").write_text("x")
    assert verify_files(served) == ["site/extra.html is not in the manifest"]


def test_a_missing_file_is_found_and_a_missing_mart_changes_the_identity(served: Path) -> None:
    (served / "site" / "index.html").unlink()
    assert verify_files(served) == ["site/index.html is missing"]
    (served / "marts" / "datasets.parquet").unlink()
    assert "the marts are not those of the manifest's identity" in verify_files(served)


def test_a_file_altered_after_verification_refuses_the_release_and_current_stays(home: Home, served: Path) -> None:
    folder = staged(home)
    (folder / "site" / "index.html").write_text("changed")
    with pytest.raises(GateRefused, match=r"site/index\.html was altered"):
        release(home, folder)
    assert current_release(home) == served


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        ("update marts.datasets set name = 'y' where id = 1", "datasets: DuckDB holds other rows than Parquet"),
        ("delete from marts.datasets where id = 1", "datasets: DuckDB holds other rows than Parquet"),
        ("insert into marts.datasets values (0, 'x')", "datasets: DuckDB holds other rows than Parquet"),
    ],
)
def test_artefacts_that_disagree_fail_the_verify_gate(home: Home, harm: str, problem: str) -> None:
    folder = staging_folder(home, "run")
    write_artefacts(folder, 3)
    with duckdb.connect(str(folder / "evenhand.duckdb")) as con:
        con.execute(harm)
    assert verify_staging(home, folder, fingerprint="f", run_id="run") == [problem]
    receipt = read_receipt(folder, "verify")
    assert receipt is not None
    assert not receipt.passed
    assert receipt.details == (problem,)


def test_a_short_csv_and_a_missing_page_fail_the_verify_gate(home: Home) -> None:
    folder = staging_folder(home, "run")
    write_artefacts(folder, 3)
    (folder / "csv" / "datasets.csv").write_text("id,name\n0,x\n")
    (folder / "site" / "index.html").unlink()
    assert verify_staging(home, folder, fingerprint="f", run_id="run") == [
        "datasets: CSV holds 1 rows, Parquet 3",
        "the site's index.html is missing",
    ]


# Release, pointer, retention


def test_a_release_is_named_by_time_and_identity_and_becomes_current(home: Home) -> None:
    folder = staged(home)
    identity = content_identity(folder)
    target = release(home, folder)
    assert target.name == f"20250615T150640Z-{identity[:12]}"
    assert current_release(home) == target
    assert not folder.exists()
    assert home.current.is_symlink()
    assert not Path(home.current.readlink()).is_absolute()
    manifest = read_manifest(target)
    assert (manifest["identity"], manifest["rows"], manifest["is_synthetic"]) == (
        identity, {"datasets": 3, "outcome_trends": 3}, True,
    )  # fmt: skip


def test_the_same_content_at_the_same_second_gets_an_unused_name(home: Home) -> None:
    first, second, third = (release(home, staged(home)) for _ in range(3))
    assert second.name == f"{first.name}-2"
    assert third.name == f"{first.name}-3"
    assert current_release(home) == third


def test_a_reader_of_the_old_release_is_not_disturbed_by_a_publish(home: Home, served: Path) -> None:
    before = tree(served)
    opened = current_release(home)
    release(home, staged(home, rows=5))
    assert opened == served
    assert tree(served) == before
    assert current_release(home) != served


def test_a_swap_that_dies_before_the_rename_leaves_the_old_pointer(
    home: Home, served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            release(home, staged(home, rows=5))
    assert current_release(home) == served
    again = release(home, staged(home, rows=5))
    assert current_release(home) == again
    assert not list(home.root.glob(".current-*"))


def test_the_pointer_is_never_absent_while_it_is_swapped(
    home: Home, served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path | None] = []
    rename = Path.replace

    def look_then_rename(self: Path, target: Path) -> Path:
        seen.append(current_release(home))
        renamed = rename(self, target)
        seen.append(current_release(home))
        return renamed

    other = release(home, staged(home, rows=4))
    monkeypatch.setattr(Path, "replace", look_then_rename)
    point_to(home, served)
    assert seen == [other, served]


def test_old_releases_go_and_the_newest_stay(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.root / "home.yaml").write_text(yaml.safe_dump({"synthetic": True, "keep_releases": 2}))
    few = Home(home.root)
    made = []
    for number in range(4):
        set_clock(monkeypatch, number)
        made.append(release(few, staged(few, rows=number + 1)))
    assert releases(few) == made[-2:]
    assert current_release(few) == made[-1]


def test_retention_keeps_the_current_release_however_old(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for number in range(4):
        set_clock(monkeypatch, number)
        made.append(release(home, staged(home, rows=number + 1)))
    point_to(home, made[0])
    (home.root / "home.yaml").write_text(yaml.safe_dump({"synthetic": True, "keep_releases": 2}))
    few = Home(home.root)
    room._retain(few)
    assert releases(few) == [made[0], *made[-2:]]


# Rollback


def test_rollback_serves_the_release_before_and_loses_none(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for number in range(3):
        set_clock(monkeypatch, number)
        made.append(release(home, staged(home, rows=number + 1)))
    assert rollback(home) == made[1]
    assert rollback(home) == made[0]
    with pytest.raises(UsageError, match="no single release to go back to"):
        rollback(home)
    assert rollback(home, made[2].name) == made[2]
    assert current_release(home) == made[2]
    assert releases(home) == made


def test_rollback_to_a_name_that_no_or_several_releases_have_changes_nothing(home: Home, served: Path) -> None:
    release(home, staged(home, rows=5))
    serving = current_release(home)
    for name in ("19990101", "2025"):
        with pytest.raises(UsageError, match=served.name):
            rollback(home, name)
    assert current_release(home) == serving


def test_rollback_to_a_damaged_release_is_refused_and_current_stays(home: Home, served: Path) -> None:
    newer = release(home, staged(home, rows=5))
    (served / "marts" / "datasets.parquet").write_bytes(b"PAR1")
    with pytest.raises(GateRefused, match=r"is not whole: .*`current` is unchanged"):
        rollback(home)
    assert current_release(home) == newer


@pytest.mark.parametrize("manifest", ["", "[]", "{}"])
def test_a_release_whose_manifest_is_torn_can_be_left_and_not_returned_to(
    home: Home, served: Path, manifest: str
) -> None:
    newer = release(home, staged(home, rows=5))
    (newer / "manifest.json").write_text(manifest)
    with pytest.raises(GateRefused, match="missing or torn"):
        verify_files(newer)
    assert rollback(home) == served
    with pytest.raises(UsageError):
        rollback(home, newer.name)
    assert current_release(home) == served


def test_a_staging_folder_is_no_release(home: Home, served: Path) -> None:
    folder = staged(home)
    assert releases(home) == [served]
    assert newest_staging(home) == folder
    sweep_staging(home)
    assert newest_staging(home) is None
    assert current_release(home) == served


# What dbt left


@pytest.mark.parametrize(
    ("results", "problems"),
    [
        ([{"unique_id": "model.a", "status": "success"}, {"unique_id": "test.b", "status": "pass"}], []),
        ([{"unique_id": "test.b", "status": "warn"}], []),
        ([{"unique_id": "test.b", "status": "fail"}], ["test.b: fail"]),
        ([{"unique_id": "model.a", "status": "skipped"}], ["model.a: skipped"]),
        ([], ["dbt ran nothing"]),
    ],
)
def test_the_dbt_gate_passes_only_what_ran_and_passed(
    tmp_path: Path, results: list[dict[str, str]], problems: list[str]
) -> None:
    path = tmp_path / "run_results.json"
    path.write_text(json.dumps({"results": results}))
    assert dbt_problems(path) == problems


def test_no_run_results_are_a_problem(tmp_path: Path) -> None:
    assert dbt_problems(tmp_path / "run_results.json") == ["dbt has left no run results for this candidate"]


# Marts and disclosure control


def node(**changes: Any) -> dict[str, Any]:
    """A model of dbt's manifest, as far as publication reads it."""
    column = {"name": "people", "data_type": "integer", "description": "Count.", "meta": {"counts_people": True}}
    return {
        "resource_type": "model", "name": "sites", "fqn": ["evenhand", "marts", "improvement", "sites"],
        "description": "One row per\nsite.", "config": {"meta": {"key": ["people"], "owner": "team:qi"}},
        "columns": {"people": column}, **changes,
    }  # fmt: skip


def manifest_of(tmp_path: Path, *nodes: dict[str, Any]) -> Path:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"nodes": {str(number): found for number, found in enumerate(nodes)}}))
    return path


def test_only_models_under_marts_are_published(tmp_path: Path) -> None:
    staging = node(name="stg", fqn=["evenhand", "staging", "x", "stg"])
    check = node(name="unique", resource_type="test")
    (mart,) = read_marts(manifest_of(tmp_path, staging, check, node()))
    assert (mart.name, mart.group, mart.owner, mart.description) == (
        "sites", "improvement", "team:qi", "One row per site.",
    )  # fmt: skip
    assert mart.people_columns == ("people",)


@pytest.mark.parametrize("meta", [{}, {"key": []}, {"key": ["no_such_column"]}])
def test_a_mart_whose_key_names_no_column_of_its_contract_is_not_read(tmp_path: Path, meta: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"mart sites: config\.meta\.key"):
        read_marts(manifest_of(tmp_path, node(config={"meta": meta})))


SITES = Mart(
    name="sites",
    description="One row per site.",
    key=("site",),
    columns=(
        MartColumn("site", "varchar", ""),
        MartColumn("people", "integer", "", counts_people=True),
        MartColumn("people_status", "varchar", ""),
        MartColumn("share", "double", "", hidden_with="people"),
        MartColumn("share_status", "varchar", ""),
        MartColumn("rate", "double", ""),
    ),
    owner="team:qi",
    group="improvement",
    may_be_empty=False,
)


def protected(*people: int | None) -> list[dict[str, Any]]:
    """Rows of the mart after disclosure control, one per count of people."""
    rows = ", ".join(
        f"('{chr(97 + number)}', {'null' if count is None else count}, "
        f"'{'missing_at_source' if count is None else 'value'}', 0.12345, 'value', 1.0 / 3)"
        for number, count in enumerate(people)
    )
    with duckdb.connect() as con:
        source = "(select site, people, people_status, share::double as share, share_status, rate::double as rate "
        source += f"from (values {rows}) as v(site, people, people_status, share, share_status, rate))"
        result = con.execute(protected_select(SITES, source))
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@pytest.mark.parametrize("count", range(1, 8))
def test_one_to_seven_people_are_hidden_with_their_share_and_the_status_says_so(count: int) -> None:
    (row,) = protected(count)
    assert (row["people"], row["people_status"]) == (None, "suppressed")
    assert (row["share"], row["share_status"]) == (None, "suppressed")


@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (8, 10), (10, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1003, 1005)]
)
def test_nobody_stays_zero_and_eight_and_more_go_to_the_nearest_five(count: int, shown: int) -> None:
    (row,) = protected(count)
    assert (row["people"], row["people_status"], row["share_status"]) == (shown, "value", "value")
    assert row["share"] == 0.12


def test_a_column_may_hide_nobody_like_few() -> None:
    hiding = replace(SITES, columns=tuple(replace(c, shows_zero=False) for c in SITES.columns))
    with duckdb.connect() as con:
        con.execute(
            "create table sites as select 'a' as site, 0 as people, 'value' as people_status, 0.0::double as share, "
            "'value' as share_status, 0.0::double as rate"
        )
        rows = con.execute(protected_select(hiding, "sites")).fetchall()
        assert rows == [("a", None, "suppressed", None, "suppressed", 0.0)]
        assert disclosures(con, hiding, "sites") == ["sites.people: 1 cells of 1 to 7, 0 not rounded"]


def test_whether_nobody_is_shown_is_said_in_one_of_two_words(tmp_path: Path) -> None:
    column = {"name": "people", "data_type": "integer", "description": "", "meta": {"zero": "maybe"}}
    with pytest.raises(ValueError, match="zero is shown or hidden, not maybe"):
        read_marts(manifest_of(tmp_path, node(columns={"people": column})))


def test_a_count_that_was_never_there_keeps_its_own_status() -> None:
    (row,) = protected(None)
    assert (row["people"], row["people_status"]) == (None, "missing_at_source")


def test_rows_come_in_key_order_and_floats_to_twelve_digits() -> None:
    rows = protected(30, 20, 10)
    assert [row["site"] for row in rows] == ["a", "b", "c"]
    assert rows[0]["rate"] == 0.333333333333


def test_the_disclosure_gate_finds_small_counts_unrounded_counts_and_a_missing_status() -> None:
    bare = Mart("sites", "", ("people",), (SITES.columns[1],), "team:qi", "improvement", False)
    with duckdb.connect() as con:
        con.execute(
            "create table sites as select unnest([0, 3, 7, 8, 10, null]) as people, 'value' as people_status, "
            "cast(null as double) as share"
        )
        assert disclosures(con, SITES, "sites") == ["sites.people: 2 cells of 1 to 7, 3 not rounded"]
        assert disclosures(con, bare, "sites")[1:] == [
            "sites.people has no people_status column to say what was hidden"
        ]
        assert disclosures(con, SITES, "(select * from sites where people in (0, 10))") == []


def test_the_disclosure_gate_finds_a_share_beside_a_hidden_count() -> None:
    with duckdb.connect() as con:
        con.execute("create table sites as select null::int as people, 'suppressed' as people_status, 0.12 as share")
        assert disclosures(con, SITES, "sites") == ["sites.share: 1 shares of a hidden people"]


def test_what_disclosure_control_writes_passes_the_disclosure_gate() -> None:
    with duckdb.connect() as con:
        con.execute(
            "create table sites as select cast(range as varchar) as site, range as people, 'value' as people_status, "
            "range / 100.0 as share, 'value' as share_status, 0.0::double as rate from range(40)"
        )
        assert disclosures(con, SITES, f"({protected_select(SITES, 'sites')})") == []
