"""Check an installation and a home before work starts.

Belongs here: findings with a remedy. Does not: mending.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from orchestration.acquisition.addresses import shown
from orchestration.errors import EvenhandError
from orchestration.home import Home, project_root

PACKAGES = ("dagster", "dagster-dbt", "dbt-core", "dbt-duckdb", "duckdb", "pandas", "pandera", "great-expectations")
NEEDED_GIB = 2.0
GIB = 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    what: str
    ok: bool
    detail: str


def examine(home: Home) -> list[Finding]:
    """All findings; none raises."""
    return [finding for check in CHECKS for finding in _safely(check, home)]


def _safely(check: Callable[[Home], Iterator[Finding]], home: Home) -> Iterator[Finding]:
    try:
        yield from check(home)
    except (EvenhandError, OSError) as error:
        yield Finding(check.__name__.strip("_").replace("_", " "), False, str(error))


def _python(home: Home) -> Iterator[Finding]:
    yield Finding("python", (3, 11) <= sys.version_info[:2] < (3, 13), sys.version.split()[0])


def _packages(home: Home) -> Iterator[Finding]:
    for name in PACKAGES:
        try:
            yield Finding(name, True, version(name))
        except PackageNotFoundError:
            yield Finding(name, False, "not installed; run `make setup`")


def _project(home: Home) -> Iterator[Finding]:
    from orchestration.catalogue.registry import dataset_specs, measures
    from orchestration.refresh.build import dbt_executable

    yield Finding("project", True, str(project_root()))
    yield Finding("catalogue", True, f"{len(dataset_specs())} datasets, {len(measures())} measures")
    yield Finding("dbt", True, str(dbt_executable()))


def _home(home: Home) -> Iterator[Finding]:
    place = next(path for path in (home.root, *home.root.parents) if path.exists())
    writable = place.is_dir() and os.access(place, os.W_OK)
    why = f" (not writable: {place})" if place.is_dir() else f" (not a folder: {place})"
    yield Finding("home", writable, f"{home.root}{'' if writable else why}")
    free = shutil.disk_usage(place).free / GIB
    yield Finding("disk", free >= NEEDED_GIB, f"{free:.1f} GiB free, {NEEDED_GIB:.0f} needed")
    if home.inbox.exists():
        mode = home.inbox.stat().st_mode & 0o777
        remedy = "" if mode == 0o700 else f"; QI logs need 700 (chmod 700 {home.inbox})"
        yield Finding("inbox", not remedy, f"mode {mode:o}{remedy}")
    root = home.settings.publisher_root
    yield Finding("settings", True, str(replace(home.settings, publisher_root=root and shown(root))))


def _writer(home: Home) -> Iterator[Finding]:
    from orchestration.refresh.lock import holder

    owner = holder(home)
    yield Finding("writer", True, owner or "none")


def _release(home: Home) -> Iterator[Finding]:
    from orchestration.publication.release import current_release, verify_files

    serving = current_release(home)
    if serving is None:
        yield Finding("release", True, "none yet; `evenhand refresh` makes one")
        return
    problems = verify_files(serving)
    yield Finding("release", not problems, "; ".join(problems) or f"{Path(serving).name} is whole")


CHECKS = (_python, _packages, _project, _home, _writer, _release)
