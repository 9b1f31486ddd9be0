"""A second refresh has nothing to do, says so, and costs next to nothing."""

import subprocess
import sys
from pathlib import Path

from support_home import copied, evenhand, home_environment, released

from orchestration.errors import ExitCode
from orchestration.home import Home

PROBE = """
import resource, sys
from orchestration.cli import main
sys.argv = ["evenhand", "refresh", "--offline"]
try:
    main()
except SystemExit as leave:
    watched = {"dagster", "dbt", "dagster_dbt", "pandas", "great_expectations", "pandera", "duckdb"}
    heavy = sorted(watched & set(sys.modules))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(f"code {leave.code} heavy {heavy} CPU seconds {usage.ru_utime + usage.ru_stime:.2f}")
"""


def state(home: Home) -> dict[str, tuple[int, int]]:
    """Size and time of change of every file that a refresh could rewrite."""
    folders = (home.lake, home.releases, home.build)
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.name != "writer.lock"]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths}


def test_a_second_refresh_says_nothing_is_new_imports_nothing_heavy_and_changes_nothing(
    demo: Home, tmp_path: Path
) -> None:
    home = copied(demo, tmp_path / "home")
    before = state(home)
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=home_environment(home.root), capture_output=True, text=True, check=False
    )
    print(done.stdout.splitlines()[-1])
    assert "nothing is new" in done.stdout, done.stdout + done.stderr
    assert f"code {int(ExitCode.OK)} heavy [] CPU" in done.stdout.replace("code ExitCode.OK", "code 0"), done.stdout
    assert state(home) == before
    assert released(home).name == released(demo).name


def test_reading_commands_import_neither_dagster_nor_dbt(demo: Home) -> None:
    probe = (
        "import sys; from orchestration.cli import main\n"
        "sys.argv = ['evenhand', {command!r}, '--json']\n"
        "try:\n    main()\nexcept SystemExit:\n"
        "    print(sorted({{'dagster', 'dbt', 'great_expectations'}} & set(sys.modules)))"
    )
    for command in ("status", "doctor"):
        done = subprocess.run(
            [sys.executable, "-c", probe.format(command=command)],
            env=home_environment(demo.root), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.stdout.splitlines()[-1] == "[]", (command, done.stdout[-200:], done.stderr)


def test_a_publisher_that_is_away_leaves_the_last_good_release(demo: Home, tmp_path: Path) -> None:
    home = copied(demo, tmp_path / "home")
    text = (home.root / "home.yaml").read_text(encoding="utf-8").splitlines()
    settings = [line for line in text if not line.startswith("publisher_root")]
    (home.root / "home.yaml").write_text("\n".join([*settings, "publisher_root: http://127.0.0.1:9\n"]), "utf-8")
    done = evenhand(home.root, "refresh", "--dataset", "ods_successions")
    assert done.returncode == ExitCode.SOURCE_UNAVAILABLE, done.stdout + done.stderr
    assert "unavailable: ods_successions" in done.stdout
    assert released(home).name == released(demo).name
