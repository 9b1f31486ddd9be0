"""What tests of whole homes share: the command line as a user runs it, copies of a home, files to offer.

Belongs here: builders without assertions. Does not: tests, or fixtures.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.home import Home
from orchestration.publication.release import MANIFEST, current_release
from orchestration.publication.stage import staging_folder
from orchestration.refresh.build import manifest_path

EXECUTABLE = Path(sys.executable).parent / "evenhand"


def evenhand(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on a home, as a user would; never fails by itself."""
    return subprocess.run(
        [str(EXECUTABLE), *arguments],
        env=home_environment(home, **environment),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def home_environment(home: Path, **environment: str) -> Mapping[str, str]:
    """The environment in which commands work on ``home``."""
    return {**os.environ, "EVENHAND_HOME": str(home), "EVENHAND_DEMO_HOME": str(home), **environment}


def copied(home: Home, root: Path) -> Home:
    """A copy of a home at ``root``, without Dagster's history; ``current`` leads into the copy."""
    shutil.copytree(home.root, root, symlinks=True, ignore=shutil.ignore_patterns("history", "storage", "schedules"))
    return Home(root)


def staged_again(home: Home, run_id: str = "again") -> Path:
    """The current release as it stood before its verification: a staging folder with four receipts."""
    folder = staging_folder(home, run_id)
    shutil.copytree(released(home), folder)
    (folder / MANIFEST).unlink()
    (folder / "receipts" / "verify.json").unlink()
    return folder


def released(home: Home) -> Path:
    """Folder of the release that the home serves; AssertionError when it serves none."""
    folder = current_release(home)
    if folder is None:
        raise AssertionError(f"{home.root} serves no release")
    return folder


def dbt_files(home: Home) -> tuple[Path, Path]:
    """dbt's manifest and the results of the build that made the candidate."""
    return manifest_path(home), home.build / "dbt" / "run" / "run_results.json"


def offered(folder: Path, dataset: str, files: Mapping[str, bytes]) -> Path:
    """A folder for ``--from`` that holds ``files`` for one dataset."""
    (folder / dataset).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / dataset / name).write_bytes(content)
    return folder


def edited_json(path: Path, **changes: Any) -> None:
    """Change members of a JSON document in place."""
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**document, **changes}), encoding="utf-8")
