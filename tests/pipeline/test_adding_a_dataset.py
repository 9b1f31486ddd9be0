"""The guide docs/adding-a-dataset.md, executed: its files go into a copy of the project, its commands run there."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "adding-a-dataset.md"
BLOCK = re.compile(
    r"^```(?P<language>\w+) (?P<what>run|file=(?P<path>\S+))\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
COPIED = ("orchestration", "dbt_project", "expectations", "docs")
FILES = ("pyproject.toml", "requirements.lock", "README.md", "LICENSE", "tests/*.py")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "target", "logs", ".user.yml")


@dataclass(frozen=True)
class Command:
    """A block of the guide that was run: its text and what it printed."""

    text: str
    returncode: int
    output: str


@dataclass(frozen=True)
class Trial:
    """The copy of the project after the guide was followed to its end, and its home."""

    project: Path
    home: Path
    commands: tuple[Command, ...]

    def command(self, words: str) -> Command:
        """The first command whose text has ``words``."""
        return next(command for command in self.commands if words in command.text)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """Follow the guide: write every file, then run every command in order, each in the state that the last one left."""
    project = tmp_path_factory.mktemp("guide") / "evenhand"
    for name in COPIED:
        shutil.copytree(ROOT / name, project / name, ignore=LEFT_OUT)
    (project / "tests").mkdir()
    for path in (path for pattern in FILES for path in ROOT.glob(pattern)):
        shutil.copyfile(path, project / path.relative_to(ROOT))
    blocks = list(BLOCK.finditer(GUIDE.read_text(encoding="utf-8")))
    for block in blocks:
        if block["path"]:
            path = project / block["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["text"], encoding="utf-8")
    commands = tuple(run(project, block["text"]) for block in blocks if block["what"] == "run")
    return Trial(project, project / ".evenhand" / "try", commands)


def run(project: Path, text: str) -> Command:
    """Run a block with the copy, not this checkout, as the project."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("EVENHAND_", "DAGSTER_", "PYTEST_"))
    }
    environment = {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(project),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DO_NOT_TRACK": "1",
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return Command(text, done.returncode, done.stdout + done.stderr)


def observations(trial: Trial, query: str) -> list[tuple[object, ...]]:
    """Rows of a query on the candidate that the guide's dbt build left."""
    import duckdb

    with duckdb.connect(str(trial.home / "build" / "candidate.duckdb"), read_only=True) as con:
        return con.execute(query).fetchall()


def test_every_command_of_the_guide_succeeds(trial: Trial) -> None:
    assert len(trial.commands) >= 4
    for command in trial.commands:
        assert command.returncode == 0, f"{command.text}\n{command.output[-4000:]}"


def test_sources_and_the_list_of_measured_models_follow_from_the_new_files(trial: Trial) -> None:
    generated = trial.command("catalogue.generate").output
    assert "dbt_project/models/staging/dentist_visits/_sources.yml" in generated
    combined = trial.project / "dbt_project" / "models" / "intermediate" / "int_observations__combined.sql"
    assert "int_dentist_visits__measured" in combined.read_text(encoding="utf-8")
    assert "### dentist_visits" in (trial.project / "docs" / "data-dictionary.md").read_text(encoding="utf-8")


def test_the_simulated_files_are_in_the_lake_and_reconcile(trial: Trial) -> None:
    import json

    reports = [
        json.loads(path.read_text("utf-8")) for path in (trial.home / "lake/dentist_visits/releases").glob("*.json")
    ]
    assert reports
    for report in reports:
        (count,) = report["counts"]
        assert count["rows_read"] == count["rows_loaded"] > 0
        assert report["quarantine"] == []


def test_the_new_measure_stands_among_the_observations(trial: Trial) -> None:
    query = """
        select count(*), count(distinct stratum), min(value), max(value) from intermediate.observations
        where measure_id = 'dentist_visits_children'
    """
    ((rows, strata, lowest, highest),) = observations(trial, query)
    in_lake = "select count(*) from intermediate.int_dentist_visits__measured"
    assert ((rows,),) == tuple(observations(trial, in_lake))
    assert strata == 6
    assert 30 < float(str(lowest)) < float(str(highest)) < 75


def test_a_renamed_column_is_refused_with_file_and_nearest_heading_and_nothing_of_it_lands(trial: Trial) -> None:
    output = trial.command("Child Populations").output
    (refused,) = [line for line in output.splitlines() if line.startswith("refused:")]
    assert "SYNTHETIC-dentist-visits-renamed.csv" in refused
    assert "nearest is 'Child Populations'" in refused
    shown = next(line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("refused:"))
    assert " ".join(refused.split()) == " ".join(shown.split())
    reports = list((trial.home / "lake/dentist_visits/releases").glob("*.json"))
    assert len(reports) == trial.command("export EVENHAND_HOME").output.count("loaded:")


def test_the_code_of_the_guide_keeps_the_projects_style(trial: Trial) -> None:
    paths = ["orchestration/datasets/dentist_visits", "tests/datasets/test_dentist_visits.py", "scratch/load.py"]
    for arguments in (["check"], ["format", "--check"]):
        done = run(trial.project, " ".join(["ruff", *arguments, "--no-cache", *paths]))
        assert done.returncode == 0, done.output
