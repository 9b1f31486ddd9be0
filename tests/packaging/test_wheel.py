"""The wheel holds everything and runs in a clean environment, far from any checkout.

Dependencies are borrowed from the environment that runs the tests, so nothing is downloaded.
"""

import os
import stat
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).resolve().parents[2]
DATA = "orchestration/_project"
NEEDED = (
    f"{DATA}/dbt_project/dbt_project.yml",
    f"{DATA}/dbt_project/profiles.yml",
    f"{DATA}/dbt_project/models/marts/outcomes/outcome_trends.sql",
    f"{DATA}/dbt_project/seeds/reviewed_successions.csv",
    f"{DATA}/expectations/outcome_trends.json",
    f"{DATA}/dagster.yaml",
    f"{DATA}/workspace.yaml",
    f"{DATA}/requirements.lock",
)
KINDS = ("*.yaml", "*.j2", "*.css", "*.json", "LICENCE-*")
LITTER = ("/target/", "/logs/", "/.user.yml", "__pycache__", ".pyc", ".evenhand")
SCRIPTS = {"dbt": "from dbt.cli.main import cli as main", "dagster": "from dagster.__main__ import main"}
DEFINITIONS = """
import orchestration.definitions as code
graph = code.defs.resolve_asset_graph()
print(code.__file__, len(graph.get_all_asset_keys()), code.defs.resolve_job_def("refresh").name)
"""


def is_litter(name: str) -> bool:
    """Whether a path is what tools leave in a working checkout: other tests may compile or run beside these."""
    return any(part in name for part in LITTER)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a new environment with the wheel in it; dependencies by a .pth file, two of their scripts."""
    folder = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check",
         "--no-deps", "--no-index", str(wheel)],
        check=True, capture_output=True,
    )  # fmt: skip
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    for name, source in SCRIPTS.items():
        script = folder / "bin" / name
        script.write_text(f"#!{python}\n{source}\nraise SystemExit(main())\n", encoding="utf-8")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return folder / "bin"


def run(clean: Path, place: Path, *command: str) -> str:
    """Standard output of a command of the clean environment, with nothing of the checkout in reach."""
    done = subprocess.run(
        [str(clean / command[0]), *command[1:]],
        cwd=place,
        env={
            "PATH": f"{clean}:{os.environ['PATH']}",
            "HOME": str(place),
            "EVENHAND_HOME": str(place / "home"),
            "DAGSTER_DISABLE_TELEMETRY": "yes",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def test_the_wheel_holds_the_dbt_project_the_expectations_and_the_configuration(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert [name for name in NEEDED if name not in names] == []


def test_every_document_template_and_stylesheet_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    package = [path for kind in KINDS for path in (ROOT / "orchestration").rglob(kind)]
    project = [
        path
        for folder in ("dbt_project", "expectations")
        for path in (ROOT / folder).rglob("*.*")
        if path.is_file() and not is_litter(path.as_posix())
    ]
    expected = {path.relative_to(ROOT).as_posix() for path in package}
    expected |= {f"{DATA}/{path.relative_to(ROOT).as_posix()}" for path in project}
    assert len(package) > 20
    assert len(project) > 50
    assert sorted(expected - names) == []


def test_the_wheel_holds_no_litter_of_a_working_checkout(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if is_litter(name)] == []


def test_the_installed_command_explains_itself(clean: Path, tmp_path: Path) -> None:
    shown = run(clean, tmp_path, "evenhand", "--help")
    assert all(command in shown for command in ("refresh", "verify", "rollback", "demo", "dev"))


def test_the_doctor_finds_nothing_wrong_with_the_installed_package(clean: Path, tmp_path: Path) -> None:
    shown = run(clean, tmp_path, "evenhand", "doctor")
    assert "BAD" not in shown
    assert str(clean.parent) in shown
    assert str(ROOT) not in shown


def test_the_definitions_load_from_the_installed_package(clean: Path, tmp_path: Path) -> None:
    where, assets, job = run(clean, tmp_path, "python", "-c", DEFINITIONS).split()[-3:]
    assert Path(where).is_relative_to(clean.parent)
    assert int(assets) > 50
    assert job == "refresh"


def test_a_new_home_gets_the_instance_configuration_of_the_installed_package(clean: Path, tmp_path: Path) -> None:
    run(clean, tmp_path, "evenhand", "status")
    prepare = "from orchestration.home import Home; from orchestration.instance import prepare_instance as p"
    run(clean, tmp_path, "python", "-c", f"{prepare}; p(Home.default())")
    configured = (tmp_path / "home" / "dagster" / "dagster.yaml").read_text(encoding="utf-8")
    assert configured == (ROOT / "dagster.yaml").read_text(encoding="utf-8")
