"""Bad input: a clear message, the right exit code, nothing lost, and the last good release kept."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from support_acquisition import QUICK
from support_home import offered, released

from orchestration.acquisition.fetch import Client
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.ae_monthly.synthesise import HEADER, PAGE
from orchestration.datasets.protocol import SyntheticFile, synthesiser_of
from orchestration.errors import ExitCode
from orchestration.home import Home
from orchestration.lake.store import Lake
from orchestration.refresh.load import load_pending
from orchestration.refresh.outcomes import FileOutcome, Outcome, RefreshRequest
from orchestration.refresh.plan import make_plan
from orchestration.refresh.report import Row, exit_code, final_outcomes, reconciliation
from orchestration.simulation.publisher import Publisher
from orchestration.simulation.world import World

AE = "ae_monthly"


@dataclass(frozen=True)
class Account:
    """What a refresh says of its files, without a build."""

    outcomes: Sequence[FileOutcome]
    rows: Sequence[Row]
    code: ExitCode

    @property
    def only(self) -> FileOutcome:
        """The one file that came."""
        (outcome,) = self.outcomes
        return outcome


def take(home: Home, request: RefreshRequest) -> Account:
    """Acquire and load as a refresh does, up to the build."""
    plan = make_plan(home, request)
    for dataset in dict.fromkeys(name for name, _ in plan.pending):
        load_pending(home, dataset)
    outcomes = final_outcomes(home, plan)
    rows = list(reconciliation(home, outcomes))
    assert all(row.reconciles is not False for row in rows)
    return Account(outcomes, rows, exit_code(outcomes, rows, None))


def month(counts: Sequence[tuple[str, int]], *, header: Sequence[str] = HEADER, label: str = "JUNE-2024") -> bytes:
    """An A&E month with the given type 1 attendances per organisation, and its total row."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for code, attendances in counts:
        name = [f"MSitAE-{label}", code, "NHS ENGLAND NORTH (SYNTHETIC)", f"TRUST {code} (SYNTHETIC)"]
        writer.writerow([*name, attendances, *[0] * 17])
    writer.writerow(["TOTAL"] * 4 + [sum(count for _, count in counts), *[0] * 17])
    return text.getvalue().encode()


def log(entity: str, *rows: Mapping[str, str]) -> bytes:
    """One table of a QI log as CSV."""
    text = io.StringIO(newline="")
    headings = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, headings, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home").create(synthetic=True)
    Lake(home.lake).prepare()
    return home


@pytest.fixture(scope="module")
def registered() -> list[SyntheticFile]:
    """The register of trusts of a small world."""
    return list(synthesiser_of("ods_trusts")(World.make(scale="small")))


def give(home: Home, dataset: str, **files: bytes) -> Account:
    """Offer files to a dataset by ``--from``; a name's last two letters after _ are its suffix."""
    named = {"SYNTHETIC-" + ".".join(name.rsplit("_", 1)): content for name, content in files.items()}
    folder = offered(home.root.parent / f"offer-{len(list(home.root.parent.iterdir()))}", dataset, named)
    return take(home, RefreshRequest(folder))


def lake_files(home: Home, dataset: str) -> dict[str, tuple[bytes, int]]:
    """Bytes and time of change of a dataset's lake files."""
    return {
        str(path.relative_to(home.lake)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted((home.lake / dataset).rglob("*"))
        if path.is_file()
    }


def rules(home: Home, dataset: str) -> set[tuple[str, str, int]]:
    """Rule, column and source row of what is in quarantine."""
    return {
        (row.rule, row.column, row.source_row)
        for report in Lake(home.lake).reports(dataset)
        for row in report.quarantine
    }


def test_a_web_page_saved_as_zip_is_refused_with_its_title(home: Home) -> None:
    page = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
    before = lake_files(home, "ods_trusts")
    account = give(home, "ods_trusts", nhs_trusts_zip=page)
    assert (account.only.outcome, account.code) == (Outcome.REFUSED, ExitCode.ATTENTION)
    assert "SYNTHETIC-nhs_trusts.zip" in account.only.reason
    assert "Just a moment" in account.only.reason
    assert lake_files(home, "ods_trusts") == before


def test_a_month_with_a_wrong_column_is_refused_whole_and_names_the_column(home: Home) -> None:
    header = ["A and E attendances Typ 1" if name == "A&E attendances Type 1" else name for name in HEADER]
    before = lake_files(home, AE)
    account = give(home, AE, june_csv=month([("ZA1", 10)], header=header))
    assert (account.only.outcome, account.code) == (Outcome.REFUSED, ExitCode.ATTENTION)
    assert "SYNTHETIC-june.csv" in account.only.reason
    assert "A&E attendances Type 1" in account.only.reason
    assert lake_files(home, AE) == before


def test_duplicate_keys_with_different_values_are_all_quarantined(home: Home) -> None:
    account = give(home, AE, june_csv=month([("ZA1", 10), ("ZA2", 20), ("ZA1", 11)]))
    assert (account.only.outcome, account.code) == (Outcome.LOADED, ExitCode.ATTENTION)
    (row,) = account.rows
    assert (row.read, row.loaded, row.quarantined, row.ignored) == (4, 1, 2, 1)
    assert {(rule, source_row) for rule, _, source_row in rules(home, AE)} == {
        ("duplicate_key", 2),
        ("duplicate_key", 4),
    }


def test_an_exact_repeat_is_ignored_and_counted(home: Home) -> None:
    account = give(home, AE, june_csv=month([("ZA1", 10), ("ZA1", 10)]))
    (row,) = account.rows
    assert (row.read, row.loaded, row.quarantined, row.ignored) == (3, 1, 0, 2)
    assert account.code is ExitCode.OK


def test_a_negative_count_is_quarantined_with_rule_row_and_column_and_the_others_load(home: Home) -> None:
    account = give(home, AE, june_csv=month([("ZA1", 10), ("ZA2", -5)]))
    assert account.code is ExitCode.ATTENTION
    (row,) = account.rows
    assert (row.read, row.loaded, row.quarantined, row.ignored) == (3, 1, 1, 1)
    assert ("minimum", "attendances_type_1", 3) in rules(home, AE)


def test_an_unknown_organisation_in_a_log_is_quarantined(home: Home, registered: Sequence[SyntheticFile]) -> None:
    offer = offered(home.root.parent / "trusts", "ods_trusts", {file.name: file.content for file in registered})
    assert take(home, RefreshRequest(offer)).code is ExitCode.OK
    known = sorted(Lake(home.lake).register("organisations"))[0]
    site = {"Project reference": "P-1", "Role": "lead"}
    content = log("sites", {**site, "Organisation code": known}, {**site, "Organisation code": "ZZZ99"})
    account = give(home, "qi_projects", sites_csv=content)
    assert account.code is ExitCode.ATTENTION
    assert rules(home, "qi_projects") == {("organisation_unknown_code", "organisation_as_written", 2)}
    assert [(row.read, row.loaded, row.quarantined) for row in account.rows if row.entity == "sites"] == [(2, 1, 1)]


def test_a_project_that_ends_before_it_starts_is_quarantined(home: Home) -> None:
    good = {"Project reference": "P-1", "Implemented on": "2023-04-01", "Ended on": "2024-04-01"}
    bad = {"Project reference": "P-2", "Implemented on": "2024-04-01", "Ended on": "2023-04-01"}
    account = give(home, "qi_projects", projects_csv=log("projects", good, bad))
    assert account.code is ExitCode.ATTENTION
    assert {(rule, row) for rule, _, row in rules(home, "qi_projects")} == {("end_before_start", 2)}
    assert [(row.read, row.loaded, row.quarantined) for row in account.rows] == [(2, 1, 1)]


def test_a_log_with_an_unknown_column_is_refused_without_repeating_its_heading(home: Home) -> None:
    account = give(
        home, "qi_projects", log_csv=log("projects", {"Project reference": "P-1", "Status": "active", "Jo Canary": "x"})
    )
    assert (account.only.outcome, account.code) == (Outcome.REFUSED, ExitCode.ATTENTION)
    assert "columns C" in account.only.reason
    assert "Canary" not in account.only.reason


@pytest.fixture
def published(tmp_path: Path) -> Iterator[tuple[Publisher, Home]]:
    """A publisher with two A&E months, and a home that has loaded them."""
    spec = dataset_spec(AE)
    june, july = month([("ZA1", 10)]), month([("ZA1", 12)], label="JULY-2024")
    files = [
        SyntheticFile("SYNTHETIC-june-2024.csv", june, PAGE.format(start=2024, end=25), "June 2024", date(2024, 7, 11)),
        SyntheticFile("SYNTHETIC-july-2024.csv", july, PAGE.format(start=2024, end=25), "July 2024", date(2024, 8, 8)),
    ]
    with pytest.MonkeyPatch.context() as patch, Publisher([(spec, file) for file in files]) as publisher:
        patch.setattr("orchestration.refresh.intake.Client", lambda root: Client(root, pause=0.0, limits=QUICK))
        home = Home(tmp_path / "home").create(synthetic=True, publisher_root=publisher.root)
        Lake(home.lake).prepare()
        assert take(home, RefreshRequest(datasets=(AE,))).code is ExitCode.OK
        yield publisher, home


def test_a_truncated_download_keeps_the_last_good_release(published: tuple[Publisher, Home]) -> None:
    publisher, home = published
    before = lake_files(home, AE)
    publisher.replace("SYNTHETIC-june-2024.csv", month([("ZA1", 99)]))
    publisher.fail("june-2024", "truncate")
    account = take(home, RefreshRequest(datasets=(AE,)))
    assert account.code is ExitCode.SOURCE_UNAVAILABLE
    assert [item.outcome for item in account.outcomes] == [Outcome.UNAVAILABLE]
    assert "june-2024" in account.only.reason
    assert lake_files(home, AE) == before
    publisher.heal()
    assert take(home, RefreshRequest(datasets=(AE,))).code is ExitCode.OK
    assert len(Lake(home.lake).reports(AE)) == 3


def test_a_web_page_in_place_of_a_file_is_not_loaded(published: tuple[Publisher, Home]) -> None:
    publisher, home = published
    before = lake_files(home, AE)
    publisher.replace("SYNTHETIC-june-2024.csv", month([("ZA1", 99)]))
    publisher.fail(r"june-2024\.csv", "html")
    account = take(home, RefreshRequest(datasets=(AE,)))
    assert account.code in (ExitCode.ATTENTION, ExitCode.SOURCE_UNAVAILABLE)
    assert lake_files(home, AE) == before


def test_a_replaced_file_becomes_a_second_release_and_touches_no_other(published: tuple[Publisher, Home]) -> None:
    publisher, home = published
    before = lake_files(home, AE)
    publisher.replace("SYNTHETIC-june-2024.csv", month([("ZA1", 11)]))
    assert take(home, RefreshRequest(datasets=(AE,))).code is ExitCode.OK
    after = lake_files(home, AE)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 2
    reports = Lake(home.lake).reports(AE)
    assert sorted(report.period_label for report in reports) == ["2024-06", "2024-06", "2024-07"]
    assert type_1_attendances(home, "2024-06") == [10, 11]


def test_one_new_month_touches_only_its_own_files(published: tuple[Publisher, Home]) -> None:
    _, home = published
    before = lake_files(home, AE)
    assert give(home, AE, august_csv=month([("ZA1", 5)], label="AUGUST-2024")).code is ExitCode.OK
    after = lake_files(home, AE)
    assert {name: after[name] for name in before} == before
    new = sorted(Path(name).parent.name for name in set(after) - set(before))
    assert new == ["attendances", "releases"]


def type_1_attendances(home: Home, period: str) -> list[int]:
    """Type 1 attendances of each release of a month, in order of first sight."""
    import pyarrow.parquet as pq

    folder = home.lake / AE / "attendances"
    found = [report for report in Lake(home.lake).reports(AE) if report.period_label == period]
    tables = [pq.read_table(folder / f"{report.release_sha256}.parquet") for report in found]
    return [value for table in tables for value in table["attendances_type_1"].to_pylist()]


def test_the_marts_show_the_revised_value_of_a_month_that_was_published_twice(demo: Home) -> None:
    import duckdb

    lake = demo.lake / AE / "attendances"
    labels = [report.period_label for report in Lake(demo.lake).reports(AE)]
    (twice,) = {label for label in labels if labels.count(label) == 2}
    both = [report for report in Lake(demo.lake).reports(AE) if report.period_label == twice]
    first, revised = (report.release_sha256 for report in sorted(both, key=lambda report: report.release_status))
    breaches = "sum(over_4_hours_type_1)"
    with duckdb.connect(str(released(demo) / "evenhand.duckdb"), read_only=True) as con:
        old, new = (
            con.execute(f"select {breaches} from read_parquet('{lake / sha256}.parquet')").fetchall()[0][0]
            for sha256 in (first, revised)
        )
        shown = con.execute(
            "select population, denominator - numerator from marts.outcome_trends "
            "where measure_id = 'ae_four_hour_performance' and organisation_level = 'england' "
            "and organisation_view = 'as_was' and stratum = 'all' "
            f"and strftime(period_start, '%Y-%m') = '{twice}'"
        ).fetchall()
    assert old != new
    assert [value for population, value in shown if "type 1" in population] == [new]


def test_faulty_real_files_are_refused_with_file_and_reason_and_line_endings_revise_nothing(
    real_data: Path, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home").create()
    Lake(home.lake).prepare()
    faulty = real_data / "_faulty"
    good = (real_data / AE / "Monthly-AE-August-2024.csv").read_bytes()
    assert take(home, RefreshRequest(offered(tmp_path / "good", AE, {"Monthly-AE-August-2024.csv": good}))).code == 0
    offer = tmp_path / "faulty"
    offered(offer, AE, {path.name: path.read_bytes() for path in faulty.glob("*.csv")})
    offered(offer, "ods_trusts", {path.name: path.read_bytes() for path in faulty.glob("*.zip")})
    account = take(home, RefreshRequest(offer))
    assert account.code is ExitCode.ATTENTION
    refused = {item.name: item.reason for item in account.outcomes if item.outcome is Outcome.REFUSED}
    assert sorted(refused) == ["April-2025-AE.csv", "August-2025-AE.csv", "March-2026-AE.csv", "nhs_trusts_latest.zip"]
    assert all(name in reason and len(reason) > len(name) + 20 for name, reason in refused.items())
    for name, reason in refused.items():
        print(f"{name}: {reason}")
    first, second = Lake(home.lake).reports(AE)
    assert (first.period_label, first.counts) == (second.period_label, second.counts)
    assert lake_rows(home, first.release_sha256) == lake_rows(home, second.release_sha256)
    assert Lake(home.lake).reports("ods_trusts") == []


def lake_rows(home: Home, sha256: str) -> list[dict[str, object]]:
    """Rows of an A&E release without the columns that name the release and the row in its file."""
    import pyarrow.parquet as pq

    table = pq.read_table(home.lake / AE / "attendances" / f"{sha256}.parquet")
    kept = [name for name in table.column_names if name not in ("release_sha256", "source_row")]
    rows: list[dict[str, object]] = table.select(kept).to_pylist()
    return sorted(rows, key=str)
