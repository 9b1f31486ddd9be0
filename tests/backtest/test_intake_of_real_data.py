"""Every real publication at hand is loaded or named with a reason, and a second run finds nothing to do."""

import re

import pytest
from support_figures import Figures
from support_release import RealRelease, evenhand

from orchestration.acquisition.collect import Ignored, from_folder
from orchestration.catalogue.registry import dataset_specs
from orchestration.lake.store import Lake

HEAVY = {"dbt", "dagster", "dagster_dbt", "pandas", "great_expectations"}
FOLDERS = "folder of publications"


def files_at_hand(release: RealRelease) -> set[tuple[str, str]]:
    """Dataset and name of every file in a folder of a known dataset."""
    folders = [path for path in release.data.iterdir() if path.name in dataset_specs()]
    return {(folder.name, path.name) for folder in folders for path in folder.iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def account(real_release: RealRelease) -> str:
    if real_release.account is None:
        pytest.skip("EVENHAND_BACKTEST_HOME names a finished home; what its first run printed is gone")
    return real_release.account


def test_every_file_of_the_datasets_is_loaded_or_ignored_for_a_reason(
    real_release: RealRelease, figures: Figures
) -> None:
    ignored = [item for item in from_folder(real_release.data, dataset_specs()) if isinstance(item, Ignored)]
    assert all(item.why for item in ignored)
    loaded = {(report.dataset, report.file_name) for report in Lake(real_release.home.lake).reports()}
    at_hand = files_at_hand(real_release)
    left = at_hand - {(item.dataset, item.name) for item in ignored}
    figures.none_of("files loaded", FOLDERS, len(left), sorted(left ^ loaded))
    assert {name for dataset, name in loaded if dataset == "ae_monthly"} >= {
        "July-2025-CSV-9jfy4.csv",
        "July-2025-CSV-revised.csv",
    }


def test_every_row_read_is_loaded_quarantined_or_ignored(real_release: RealRelease, figures: Figures) -> None:
    rows = real_release.rows(
        "select file_name, entity, rows_read, rows_loaded + rows_quarantined + rows_ignored from data_quality"
    )
    wrong = [row for row in rows if row[2] != row[3]]
    figures.none_of("rows read = loaded + quarantined + ignored", "data_quality", len(rows), wrong)


def test_the_month_that_has_two_releases_shows_the_revised_one(real_release: RealRelease, figures: Figures) -> None:
    releases = real_release.rows(
        "select file_name, release_status, is_latest, release_sha256 from releases "
        "where dataset = 'ae_monthly' and period_start = date '2025-07-01' order by release_number"
    )
    assert [row[0] for row in releases] == ["July-2025-CSV-9jfy4.csv", "July-2025-CSV-revised.csv"]
    assert [row[2] for row in releases] == [False, True]
    used = real_release.rows(
        "select distinct release_sha256 from outcome_trends "
        "where dataset = 'ae_monthly' and period_start = date '2025-07-01'"
    )
    assert used == [(releases[1][3],)]
    figures.says(
        "A&E July 2025, release shown", "NHS England, A&E monthly", "July-2025-CSV-revised.csv", releases[1][0]
    )


def test_the_first_run_prints_what_became_of_every_file(
    account: str, real_release: RealRelease, figures: Figures
) -> None:
    lines = account.splitlines()
    unnamed = [
        (dataset, name)
        for dataset, name in sorted(files_at_hand(real_release))
        if not any(line.startswith(f"{dataset:<18} {name[:52]:<52} ") for line in lines)
    ]
    figures.none_of("files named by the first run", FOLDERS, len(files_at_hand(real_release)), unnamed)
    counted = [re.findall(r"\s([\d,]+)(?=\s|$)", line)[-4:] for line in lines if re.search(r" loaded  .*\d$", line)]
    numbers = [[int(number.replace(",", "")) for number in row] for row in counted]
    wrong = [row for row in numbers if len(row) != 4 or row[0] != sum(row[1:])]
    figures.none_of("printed lines that reconcile", "first run", len(numbers), wrong)
    assert "DOES NOT RECONCILE" not in account


def test_the_first_run_names_folders_it_does_not_know_and_its_peak_memory(
    account: str, real_release: RealRelease, figures: Figures
) -> None:
    folders = [path.name for path in real_release.data.iterdir() if path.is_dir() and not path.name.startswith("_")]
    unknown = sorted(set(folders) - set(dataset_specs()))
    assert f"folders of no known dataset, left alone: {', '.join(unknown)}" in account
    memory = re.search(r"peak memory: (\d+) MiB here", account)
    assert memory is not None
    figures.says("folders of no known dataset, named", FOLDERS, str(len(unknown)), len(unknown))
    assert 0 < int(memory[1]) < 4096


def test_a_second_run_says_nothing_is_new_and_imports_no_dbt(
    account: str, real_release: RealRelease, figures: Figures
) -> None:
    results = sorted(real_release.home.build.rglob("run_results.json"))
    before = [path.stat().st_mtime_ns for path in results]
    done = evenhand(
        real_release.home, "refresh", "--from", str(real_release.data), python=("-X", "importtime")
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "nothing is new" in done.stdout
    assert re.search(r"peak memory: \d+ MiB here", done.stdout)
    imported = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "orchestration" in imported
    assert [path.stat().st_mtime_ns for path in results] == before
    figures.none_of(
        "second run, heavy libraries imported", "python -X importtime", len(imported), sorted(imported & HEAVY)
    )
