"""A messy workbook on its way into the marts by docs/qi-logs.md, beside held files and texts that would like to run.

Belongs here: the door from the command line to a release, once. Does not: readers, maps and rules (tests/unit), the
template (tests/datasets/test_qi_projects.py).
"""

import csv
import re
import sqlite3
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb
import pytest
from support_attack import PEOPLE, local_outcomes, small, true_local_outcomes
from support_home import copied, evenhand, released

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.records import sheet_title, template_cells
from orchestration.datasets.writing import xlsx
from orchestration.errors import ExitCode
from orchestration.home import Home
from orchestration.refresh.intake import acquire
from orchestration.refresh.load import load_pending
from orchestration.refresh.outcomes import RefreshRequest

DOCS = Path(__file__).resolve().parents[2] / "docs"
NHS_NUMBER, E_MAIL, PHONE = "999 124 4565", "canary.one@example.org", "07700 900461"
NAME, POSTCODE, BIRTH = "Dr Zebedee Quillfeather", "ZE1 9XY", "dob 03/04/1951"
CANARIES = ("9991244565", NHS_NUMBER, E_MAIL, PHONE, "07700900461", "Quillfeather", "Zebedee", POSTCODE, "03/04/1951")
FORMULA, MARKUP, SQL = "=cmd|' /C calc'!A0", "<script>alert(1)</script> falls", "'; drop table qi_projects; --"


@dataclass(frozen=True)
class Walk:
    """The home after the walk, and what each command said."""

    home: Home
    said: Mapping[str, CompletedProcess[str]]


def steps() -> list[str]:
    """The commands of the guide, in order."""
    text = (DOCS / "qi-logs.md").read_text(encoding="utf-8")
    return [block.strip() for block in re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)]


def write_register(path: Path, *, status: str = "In flight", end: str = "32/01/2024", aim: str = "") -> Path:
    """A SYNTHETIC register as people keep them: a title, names, human dates, words of its own."""
    from xlsxwriter import Workbook

    rows: list[list[object]] = [
        ["Ref No", "Project name", "Aim statement", "Trust", "Status", "Start date", "Finish date", "Project lead",
         "Lead email", "Comments", "Methodology", "Publication"],
        ["QI 001", "SYNTHETIC reducing falls", aim, "ZA1", status, "03/04/2023", "31/03/2024", NAME, E_MAIL, "x",
         "PDSA", "public"],
        ["QI 002", FORMULA, "", "ZA2", "Completed", "Spring 2023", "TBC", "", "", "", "Lean", "public"],
        ["QI 003", MARKUP, "", "ZA1", "Live", "13/01/2023", end, "", "", "", "QSIR", "public"],
        ["QI 004", SQL, "", "ZA3", "On hold", datetime(2023, 5, 1), "", "", "", "", "", "public"],
        ["QI 005", "SYNTHETIC private work", "", "St Mary's", "Active", "May 2023", "", "", "", "", "", ""],
    ]  # fmt: skip
    options = {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "dd/mm/yyyy"}
    with Workbook(str(path), options) as book:
        sheet = book.add_worksheet("Register")
        sheet.write(0, 0, "SYNTHETIC Trust QI register")
        for number, row in enumerate(rows, start=2):
            sheet.write_row(number, 0, row)
    return path


def canary_files(folder: Path) -> None:
    """Held files of every rule, one canary each, in the inbox."""
    head = "Project reference,Title,Aim\n"
    for number, secret in enumerate((NHS_NUMBER, E_MAIL, PHONE, NAME, POSTCODE, BIRTH)):
        text = f'{head}C-{number},SYNTHETIC work,"as told, {secret} asked"\n'
        (folder / f"SYNTHETIC-canary-{number}.csv").write_text(text, encoding="utf-8")


# counts of people that stand nowhere once they are released: a whole, women, and women as they would be rounded, who
# are hidden because 9,876,545 less 9,876,535 would say that there are 6 to 14 men
WOMEN, MEN = (9_876_537, 1_234_559), (7, 7)
COUNTS = "(9,?876,?544|1,?234,?566|9,?876,?537|1,?234,?559|9,?876,?535|1,?234,?560)"
A_COUNT = rf"(^|[^0-9A-Za-z.]){COUNTS}([^0-9A-Za-z]|$)"


def outcomes_with_canaries(path: Path) -> Path:
    """SYNTHETIC outcomes of a team at one trust: everybody, women and a few men."""
    spec = dataset_spec("local_outcomes")
    measure = {
        "measure_id": "local_canary_uptake", "title": "SYNTHETIC uptake", "numerator": "Screened",
        "denominator": "Invited", "unit": "percent", "direction": "higher", "role": "process", "nature": "flow",
        "quality_theme": "outcomes",
    }  # fmt: skip
    everybody = (WOMEN[0] + MEN[0], WOMEN[1] + MEN[1])
    outcomes = [
        {
            "measure_id": "local_canary_uptake", "organisation_code": "ZA1", "period_start": "2023-04-01",
            "period_end": "2024-03-31", "stratum_dimension": "all" if group == "all" else "sex", "stratum": group,
            "numerator": events, "denominator": people,
        }
        for group, (people, events) in {"all": everybody, "female": WOMEN, "male": MEN}.items()
    ]  # fmt: skip
    rows = {"measures": [measure], "outcomes": outcomes}
    sheets = {sheet_title(entity): template_cells(entity, rows[entity.name]) for entity in spec.entities}
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(xlsx(sheets))
    return path


@pytest.fixture(scope="module")
def walk(demo: Home, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """The guide's commands on a copy of the demo's home, the map and the workbook mended between them as it says."""
    folder = tmp_path_factory.mktemp("walk")
    home = copied(demo, folder / "home")
    files = {"register.xlsx": str(folder / "SYNTHETIC register.xlsx")}
    said: dict[str, CompletedProcess[str]] = {}

    def run(command: str) -> CompletedProcess[str]:
        words = command.replace('"$EVENHAND_HOME/maps/our_register.yaml"', str(home.maps / "our_register.yaml")).split()
        words = [files.get(word, word) for word in words[1:]]
        words = [str(folder / word) if word == "register-checked.xlsx" else word for word in words]
        return evenhand(home.root, *words)

    proposed, checked, handed_in = steps()[:3]
    write_register(Path(files["register.xlsx"]), aim="asked for by " + NAME)
    said["map"] = run(proposed)
    path = home.maps / "our_register.yaml"
    said["map document"] = CompletedProcess([], 0, path.read_text(encoding="utf-8"), "")
    said["unmapped"] = run(checked)
    document = path.read_text(encoding="utf-8").replace("ignored: []", "ignored: [Comments]")
    path.write_text(
        document.replace("    - Status\n", "    - Status\n    words: {In flight: active}\n"), encoding="utf-8"
    )
    said["check"] = run(checked)
    write_register(Path(files["register.xlsx"]), end="31/01/2024")
    said["again"] = run(checked)
    canary_files(home.inbox / "qi_projects")
    outcomes_with_canaries(home.inbox / "local_outcomes" / "SYNTHETIC-canary-counts.xlsx")
    # the import below builds the marts of whatever the lake holds
    acquire(home, RefreshRequest(datasets=("local_outcomes",), offline=True))
    assert [outcome.outcome for outcome in load_pending(home, "local_outcomes")] == ["loaded"]
    said["import"] = run(handed_in)
    said["sql"] = evenhand(home.root, "sql", "--json", steps()[3].split('"')[1])
    said["status"] = evenhand(home.root, "status")
    said["quarantine"] = evenhand(home.root, "quarantine", "list", "--dataset", "qi_projects")
    return Walk(home, said)


def rows(walk: Walk, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(released(walk.home) / "evenhand.duckdb"), read_only=True) as con:
        con.execute("use marts")
        return con.execute(query).fetchall()


def test_the_proposed_map_places_what_it_knows_and_names_what_it_does_not(walk: Walk) -> None:
    assert walk.said["map"].returncode == ExitCode.OK, walk.said["map"].stderr
    document = walk.said["map document"].stdout
    assert "column J: Comments" in document
    assert "Words of status that have no place yet (they count as unknown): In flight" in document
    assert "date_order: day_first" in document
    assert re.search(r"personal:\n- Project lead\n- Lead email\n", document)


def test_a_file_with_a_heading_that_has_no_place_is_refused_by_its_column(walk: Walk) -> None:
    assert walk.said["unmapped"].returncode == ExitCode.ATTENTION
    assert "columns J" in walk.said["unmapped"].stdout


def test_the_check_says_row_by_row_what_will_happen_and_never_a_value(walk: Walk) -> None:
    said = walk.said["check"].stdout
    assert re.search(r"held +sheet 1, row 4, column C: This looks like personal data \(name beside a role\)", said)
    assert re.search(r"error +sheet 1, row 6, column G: There is no such day", said)
    assert re.search(r"error +sheet 1, row 8, column D: .*Write the ODS code", said)
    assert "is held" in said.splitlines()[-2]
    assert not [canary for canary in CANARIES if canary in said]
    again = walk.said["again"].stdout
    assert "held" not in again
    assert "There is no such day" not in again
    assert "loads but for the rows with errors" in again


def test_the_annotated_copy_holds_messages_beside_the_rows_and_no_formula(walk: Walk) -> None:
    path = walk.home.root.parent / "register-checked.xlsx"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert sheets
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<hyperlink" in sheet]
    from python_calamine import CalamineWorkbook

    cells = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Register").to_python(skip_empty_area=False)
    assert cells[2][-1] == "Evenhand says"
    assert "No organisation has exactly this name" in str(cells[7][-1]) or "ODS code" in str(cells[7][-1])


def test_the_imported_projects_stand_in_the_marts_with_their_dates_and_register(walk: Walk) -> None:
    assert walk.said["import"].returncode == ExitCode.ATTENTION, walk.said["import"].stdout + walk.said["import"].stderr
    assert '"register": "register"' in walk.said["sql"].stdout
    found = rows(
        walk,
        "select project_ref, status, implemented_on::varchar, implemented_precision, method from qi_projects "
        "where register = 'register' order by project_ref",
    )
    assert found == [
        ("QI-001", "active", "2023-04-03", "day", "model_for_improvement"),
        ("QI-002", "completed", "2023-03-01", "season", "lean"),
        ("QI-003", "active", "2023-01-13", "day", "qsir"),
        ("QI-004", "paused", "2023-05-01", "day", "unknown"),
        ("QI-005", "active", "2023-05-01", "month", "unknown"),
    ]


def test_an_organisation_that_is_not_recognised_waits_in_quarantine_with_suggestions(walk: Walk) -> None:
    assert "organisation_" in walk.said["quarantine"].stdout
    sites = rows(
        walk, "select project_ref, organisation_code from qi_project_sites where register = 'register' order by 1"
    )
    assert sites == [("QI-001", "ZA1"), ("QI-002", "ZA2"), ("QI-003", "ZA1"), ("QI-004", "ZA3")]


def test_text_that_would_run_elsewhere_is_inert_in_every_form_of_the_release(walk: Walk) -> None:
    folder = released(walk.home)
    titles = dict(rows(walk, "select project_ref, title from qi_projects where register = 'register'"))
    assert titles["QI-004"] == SQL
    assert titles["QI-003"] == MARKUP
    with (folder / "csv" / "qi_projects.csv").open(encoding="utf-8-sig", newline="") as stream:
        shown = [row["title"] for row in csv.DictReader(stream)]
    assert not [text for text in shown if text[:1] in ("=", "+", "-", "@", "\t", "\r")]
    for path in folder.glob("**/qi_projects.xlsx"):
        with zipfile.ZipFile(path) as archive:
            assert not [n for n in archive.namelist() if "worksheets/sheet" in n and b"<f>" in archive.read(n)]
    for page in folder.glob("**/*.html"):
        assert "<script>alert(1)" not in page.read_text(encoding="utf-8")


def test_the_title_of_a_private_project_is_nowhere_in_the_release(walk: Walk) -> None:
    assert rows(walk, "select title from qi_projects where project_ref = 'QI-005'") == [(None,)]
    leaks = [path for path in released(walk.home).rglob("*") if path.is_file() and b"private work" in path.read_bytes()]
    assert leaks == []


def test_held_files_say_where_in_status_and_stay_locked(walk: Walk) -> None:
    said = walk.said["status"].stdout
    for number, what in enumerate(
        ("NHS number", "e-mail address", "telephone number", "name beside a role", "UK postcode", "date of birth")
    ):
        assert re.search(rf"held: qi_projects [0-9a-f]{{12}} \(SYNTHETIC-canary-{number}.csv\): .*{what}", said), what
    assert stat.S_IMODE(walk.home.inbox.stat().st_mode) == 0o700


def test_no_planted_value_reaches_an_artefact_outside_the_inbox(walk: Walk) -> None:
    """Every file of archive, lake, build, releases and Dagster is read as bytes, and so is what was printed."""
    said = "".join(done.stdout + done.stderr for done in walk.said.values())
    assert not [canary for canary in CANARIES if canary in said]
    looked_at = 0
    for path in walk.home.root.rglob("*"):
        if not path.is_file() or (walk.home.inbox in path.parents and path.parent.name != ".held"):
            continue
        content = path.read_bytes()
        looked_at += 1
        if path.suffix == ".parquet":
            with duckdb.connect() as con:
                content += repr(con.execute("from read_parquet($path)", {"path": str(path)}).fetchall()).encode()
        if path.suffix in (".zip", ".xlsx"):
            with zipfile.ZipFile(path) as archive:
                content += b"".join(archive.read(name) for name in archive.namelist())
        assert not [canary for canary in CANARIES if canary.encode() in content], path
    assert looked_at > 100
    databases = list(walk.home.dagster.rglob("*.db"))
    assert databases
    for database in databases:
        with sqlite3.connect(database) as con:
            dump = "\n".join(con.iterdump())
        assert not [canary for canary in CANARIES if canary in dump], database


def test_a_hidden_count_is_null_with_a_status_and_the_group_beside_it_too(walk: Walk) -> None:
    found = rows(
        walk,
        "select stratum, denominator, numerator, value, lower_95, value_upper, value_status from outcome_trends "
        "where measure_id = 'local_canary_uptake' and organisation_view = 'as_was' order by stratum",
    )
    assert found[0][:3] == ("all", 9_876_545, 1_234_565)
    assert [(row[0], set(row[1:-1]), row[-1]) for row in found[1:]] == [
        ("female", {None}, "suppressed"),
        ("male", {None}, "suppressed"),
    ]


def test_the_men_stay_anywhere_from_1_to_7_until_the_women_are_shown(walk: Walk) -> None:
    """The attack on what a team supplied: the release narrows nothing, the women's counts rounded to 5 would."""
    with duckdb.connect() as con:
        con.execute(f"attach '{released(walk.home) / 'evenhand.duckdb'}' as release (read_only)")
        con.execute(f"attach '{walk.home.candidate}' as made (read_only)")
        con.execute("use made")
        system, truth = local_outcomes(con, "release.marts.outcome_trends"), true_local_outcomes(con)
    men = [cell for cell in small(truth, system) if cell.table.measure == "local_canary_uptake"]
    assert [(cell.stratum, truth[cell]) for cell in men] == [("male", 7), ("male", 7)]
    outcome = system.attack(men)
    assert (outcome.contradictory, outcome.narrowed) == (0, ())
    for cell, count in truth.items():
        if cell.table == men[0].table and cell.stratum == "female":
            system.know(cell, 5 * round(count / 5) - 2, 5 * round(count / 5) + 2)
    found = [(each.count.counted, each.lower) for each in system.attack(men).narrowed]
    assert found == [(PEOPLE, 6.0)]


def test_no_hidden_or_unrounded_count_stands_in_an_artefact_behind_the_lake(walk: Walk) -> None:
    """Marts in every form, pages, receipts, the ledger, footers of Parquet, dbt's files, logs and Dagster's events."""
    said = "".join(done.stdout + done.stderr for done in walk.said.values())
    assert not re.search(A_COUNT, said)
    home, told = walk.home, re.compile(A_COUNT.encode())
    looked_at = 0
    for folder in (home.releases, home.build, home.dagster, home.ledger):
        for path in folder.rglob("*"):
            if not path.is_file() or path.suffix == ".duckdb":
                continue
            looked_at += 1
            assert not told.search(path.read_bytes()), path
            if path.suffix == ".parquet":
                with duckdb.connect() as con:
                    footer = con.execute(
                        "select stats_min_value, stats_max_value from parquet_metadata($path)", {"path": str(path)}
                    )
                    assert not told.search(repr(footer.fetchall()).encode()), path
                    assert rows_telling(con, f"read_parquet('{path}')") == 0, path
    assert looked_at > 100
    for database in (home.candidate, released(home) / "evenhand.duckdb"):
        with duckdb.connect(str(database), read_only=True) as con:
            tables = con.execute(
                "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'"
            ).fetchall()
            assert tables
            assert not [schema for schema, _ in tables if "dbt_test" in schema]
            for schema, name in tables:
                assert rows_telling(con, f'"{schema}"."{name}"') == 0, (database.name, schema, name)


def rows_telling(con: duckdb.DuckDBPyConnection, source: str) -> int:
    """Rows in which one of the counts stands in any column."""
    query = f"select count(*) from {source} as looked_at where regexp_matches(cast(looked_at as varchar), $told)"
    return int(con.execute(query, {"told": A_COUNT}).fetchall()[0][0])


LINKS = """
select project_ref, stratum, round(value_before, 1), round(value_after, 1), round(difference_from_others_before, 1),
    round(difference_from_others_after, 1), round(overall_change, 1), group_worse, any_group_worse, reach_share,
    qi_outcome_links.status
from qi_outcome_links
inner join qi_projects using (project_key)
where register = 'qi-log-screening' and organisation_view = 'as_was' and stratum_dimension in ('ethnicity')
    and stratum like 'Group%'
order by all
"""


def test_the_worked_examples_come_out_with_their_series_reach_and_flags(walk: Walk) -> None:
    """87 % and 13 % of people: overall both gain 15.4 points; the gap goes from 10 to 30, or from 30 to 10."""
    no_control = "no_log_control"
    assert rows(walk, LINKS) == [
        ("SYNTHETIC-SCR-1", "Group A", 60.0, 78.0, 10.0, 30.0, 15.4, False, True, 0.9, no_control),
        ("SYNTHETIC-SCR-1", "Group B", 50.0, 48.0, -10.0, -30.0, 15.4, True, True, 0.9, no_control),
        ("SYNTHETIC-SCR-2", "Group A", 60.0, 78.0, -30.0, -10.0, 15.4, False, True, 0.9, no_control),
        ("SYNTHETIC-SCR-2", "Group B", 90.0, 88.0, 30.0, 10.0, 15.4, True, True, 0.9, no_control),
    ]


def test_a_project_without_reach_or_with_a_coarse_date_carries_the_status_that_refuses_a_verdict(walk: Walk) -> None:
    found = rows(
        walk,
        "select distinct project_ref, qi_outcome_links.status "
        "from qi_outcome_links inner join qi_projects using (project_key) "
        "where project_ref in ('SYNTHETIC-SCR-3', 'SYNTHETIC-SCR-4') and organisation_view = 'as_was' order by all",
    )
    assert found == [("SYNTHETIC-SCR-3", "reach_unknown"), ("SYNTHETIC-SCR-4", "date_too_coarse")]


def test_the_plan_before_a_project_says_the_gap_and_what_could_be_seen(walk: Walk) -> None:
    measure = "local_cervical_screening_reminder_uptake"
    (code,) = (
        row[0]
        for row in rows(walk, f"select min(organisation_code) from project_planning where measure_id = '{measure}'")
    )
    said = evenhand(walk.home.root, "log", "plan", str(code), measure, "--dimension", "ethnicity")
    assert said.returncode == ExitCode.OK, said.stderr
    assert "Who is missing" in said.stdout
    assert "12 periods before and 12 after would show a change" in said.stdout
