"""Decide whether the marts must be built, and give dbt what it needs.

Belongs here: the fingerprint of everything that decides the marts, the candidate's validity, dbt's manifest and
environment. Does not: running dbt inside Dagster (assets) or publishing (publication).
"""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

from orchestration.catalogue.registry import PACKAGE
from orchestration.errors import ConfigurationError, EvenhandError
from orchestration.home import Home, project_root
from orchestration.lake.store import Lake

CODE = ("*.py", "*.yaml", "*.sql", "*.yml", "*.csv", "*.json", "*.j2", "*.html", "*.css", "*.lock")
DBT_PACKAGE = "dbt_project"
CANDIDATE_NOTE = "candidate.json"


@cache
def code_fingerprint() -> str:
    """sha256 over dbt project, expectations, package and lock: everything that decides marts but the lake."""
    digest = sha256()
    root = project_root()
    folders = [root / DBT_PACKAGE, root / "expectations", PACKAGE]
    paths = {path for folder in folders for pattern in CODE for path in folder.rglob(pattern)}
    paths.add(root / "requirements.lock")
    for path in sorted(paths):
        if path.is_file() and not {"target", "logs", "__pycache__"} & set(path.parts):
            place = path.relative_to(PACKAGE.parent)
            digest.update(f"{place}:{sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def fingerprint(home: Home) -> str:
    """sha256 of what a release is made from: lake, code and the settings that show in it."""
    parts = (Lake(home.lake).fingerprint(), code_fingerprint(), str(home.settings.synthetic))
    return sha256("\n".join(parts).encode()).hexdigest()


def published_fingerprint(home: Home) -> str | None:
    """Fingerprint of the release being served; None when there is none, or its manifest is torn."""
    path = home.current / "manifest.json"
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["fingerprint"])
    except (FileNotFoundError, json.JSONDecodeError, KeyError):
        return None


def build_is_needed(home: Home) -> bool:
    """Whether the served release was made from something else than what is at hand now."""
    return published_fingerprint(home) != fingerprint(home)


def prepare_candidate(home: Home) -> None:
    """Drop a candidate that other code built or that does not open: it is a cache, rebuilt from the lake."""
    if not (_candidate_note(home).get("code") == code_fingerprint() and _opens(home.candidate)):
        drop_candidate(home)
        note_candidate(home, built_from=None)
    Lake(home.lake).write_platform(synthetic=home.settings.synthetic)


def note_candidate(home: Home, *, built_from: str | None) -> None:
    """Note which code the candidate is of, and the fingerprint that it was wholly built from (None while it is not)."""
    note = {"code": code_fingerprint(), "built_from": built_from}
    (home.build / CANDIDATE_NOTE).write_text(json.dumps(note), encoding="utf-8")


def built_from(home: Home) -> str | None:
    """The fingerprint that the candidate, and what is staged from it, was built from; None when no build ended well."""
    return _candidate_note(home).get("built_from")


def _candidate_note(home: Home) -> dict[str, str | None]:
    """The note, empty when there is none or a kill tore it."""
    path = home.build / CANDIDATE_NOTE
    try:
        note: dict[str, str | None] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return note


def drop_candidate(home: Home) -> None:
    """Remove the candidate database and its write-ahead log."""
    for path in (home.candidate, home.candidate.with_suffix(".duckdb.wal")):
        path.unlink(missing_ok=True)


def _opens(path: Path) -> bool:
    """Whether the database opens after its write-ahead log is gone; a torn log can lose a commit silently."""
    import duckdb

    if not path.exists() or path.with_suffix(".duckdb.wal").exists():
        return False
    try:
        with duckdb.connect(str(path), read_only=True) as con:
            con.execute("select count(*) from information_schema.tables").fetchall()
    except duckdb.Error:
        return False
    return True


def dbt_executable() -> Path:
    """The dbt beside this Python, whatever PATH says."""
    path = Path(sys.executable).parent / "dbt"
    if not path.exists():
        raise ConfigurationError(f"{path} is missing; install evenhand with its requirements (make setup)")
    return path


def dbt_environment(home: Home) -> dict[str, str]:
    """Environment variables that the dbt project reads; telemetry stays off."""
    return {
        "EVENHAND_CANDIDATE": str(home.candidate),
        "EVENHAND_LAKE": str(home.lake),
        "EVENHAND_MEMORY_LIMIT": home.settings.memory_limit,
        "EVENHAND_SPILL": str(home.build / "spill"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def manifest_path(home: Home) -> Path:
    """dbt's manifest for the project as it stands, parsed into the home when it is missing."""
    project = project_root() / DBT_PACKAGE
    digest = sha256()
    for path in sorted(p for p in project.rglob("*") if p.is_file() and not {"target", "logs"} & set(p.parts)):
        digest.update(f"{path.relative_to(project)}:{sha256(path.read_bytes()).hexdigest()}\n".encode())
    target = home.build / "dbt" / digest.hexdigest()[:16]
    if not (target / "manifest.json").exists():
        _parse(home, project, target)
    return target / "manifest.json"


def _parse(home: Home, project: Path, target: Path) -> None:
    """Run ``dbt parse`` into a folder of its own and rename it into place."""
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    unfinished.mkdir(parents=True, exist_ok=True)
    command = [
        str(dbt_executable()), "--no-use-colors", "--log-path", str(home.build / "dbt" / "logs"), "parse",
        "--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(unfinished),
    ]  # fmt: skip
    done = subprocess.run(command, env={**os.environ, **dbt_environment(home)}, capture_output=True, text=True)
    if done.returncode:
        raise EvenhandError(f"dbt could not parse {project}:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
    if target.exists():
        shutil.rmtree(unfinished)
    else:
        unfinished.rename(target)
