"""The corpus through a whole home: what one large register costs, and that nothing personal is left anywhere.

Belongs here: a temporary home that knows the simulated trusts, the intake and load of files, a search of every
artefact. Does not: the corpus or its truth.
"""

import gzip
import os
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Cost, cost_of
from benchmarks.qi_layouts import CorpusFile
from orchestration.home import Home

if TYPE_CHECKING:
    import duckdb

REGISTERS = ("ods_trusts", "ods_successions")
DATASET = "qi_projects"
HISTORY = ("qi_projects", "qi_duplicate_candidates", "int_qi_projects__versioned")
INTAKE = r"""
from orchestration.home import Home
from orchestration.refresh.intake import acquire
from orchestration.refresh.load import load_pending
from orchestration.refresh.outcomes import RefreshRequest
home = Home.default()
outcomes = acquire(home, RefreshRequest(datasets=("qi_projects",), offline=True)) + load_pending(home, "qi_projects")
for outcome in outcomes:
    print(outcome.outcome, outcome.name, outcome.reason, sep="\t")
"""


def home_of(root: Path, seed: int) -> Home:
    """A home for synthetic files whose lake knows the simulated trusts."""
    from orchestration.datasets.protocol import synthesiser_of
    from orchestration.lake.store import Lake
    from orchestration.refresh.intake import acquire
    from orchestration.refresh.load import load_pending
    from orchestration.refresh.outcomes import RefreshRequest
    from orchestration.simulation.world import World

    home, world = Home(root / "home"), World.make(seed, "demo")
    home.create(synthetic=True)
    Lake(home.lake).prepare()
    for name in REGISTERS:
        (root / "offered" / name).mkdir(parents=True)
        for file in synthesiser_of(name)(world):
            (root / "offered" / name / file.name).write_bytes(file.content)
    acquire(home, RefreshRequest(folder=root / "offered", datasets=REGISTERS))
    for name in REGISTERS:
        load_pending(home, name)
    return home


def hand_in(home: Home, files: Iterable[CorpusFile]) -> None:
    """Put files into the home's inbox."""
    folder = home.inbox / DATASET
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).write_bytes(file.content)


def cost_of_import(home: Home) -> Cost:
    """What it costs to take in and load all that waits in the inbox: screen, map, canonical form, lake."""
    environment = {**os.environ, "EVENHAND_HOME": str(home.root)}
    return cost_of([sys.executable, "-c", INTAKE], environment)


def taken_in(home: Home) -> str:
    """Take in and load all that waits in the inbox; everything that is printed: outcome, name and reason by line."""
    environment = {**os.environ, "EVENHAND_HOME": str(home.root)}
    done = subprocess.run([sys.executable, "-c", INTAKE], env=environment, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def history_of(home: Home) -> "duckdb.DuckDBPyConnection":
    """The home's candidate with the marts of QI history, built by dbt from what the lake holds; open for reading."""
    import duckdb

    from orchestration.home import project_root
    from orchestration.refresh.build import dbt_environment, dbt_executable, prepare_candidate

    prepare_candidate(home)
    project = str(project_root() / "dbt_project")
    command = [
        str(dbt_executable()), "--no-use-colors", "--log-path", str(home.build / "dbt" / "logs"), "run",
        "--project-dir", project, "--profiles-dir", project, "--target-path", str(home.build / "dbt" / "history"),
        "--select", *(f"+{mart}" for mart in HISTORY),
    ]  # fmt: skip
    done = subprocess.run(command, env={**os.environ, **dbt_environment(home)}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout[-3000:])
    return duckdb.connect(str(home.candidate), read_only=True)


def left_behind(root: Path, secrets: Sequence[str], *, but_not_in: Path) -> list[str]:
    """Artefacts under ``root`` in which a secret stands, by name; compressed and columnar files are opened."""
    wanted = re.compile("|".join(re.escape(secret) for secret in sorted(secrets, key=len, reverse=True)).encode())
    found = []
    for path in sorted(root.rglob("*")):
        is_artefact = path.is_file() and not path.is_symlink() and but_not_in not in path.parents
        if is_artefact and any(wanted.search(content) for content in contents_of(path)):
            found.append(str(path.relative_to(root)))
    return found


def contents_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and what they hold when they are a zip, a gzip, a Parquet, a SQLite or a DuckDB file."""
    content = path.read_bytes()
    yield str(path).encode()
    yield content
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    elif content[:4] == b"PAR1":
        yield from _parquet(path)
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif content[:15] == b"SQLite format 3":
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as con:
            yield from (line.encode() for line in con.iterdump())
    elif content[8:12] == b"DUCK":
        yield from _duckdb(path)


def _parquet(path: Path) -> Iterator[bytes]:
    import pyarrow.parquet as pq

    yield repr(pq.read_table(path).to_pydict()).encode()


def _duckdb(path: Path) -> Iterator[bytes]:
    import duckdb

    with duckdb.connect(str(path), read_only=True) as con:
        for schema, table in con.execute("select schema_name, table_name from duckdb_tables()").fetchall():
            yield repr(con.execute(f'select * from "{schema}"."{table}"').fetchall()).encode()
