"""Verify a staged release, make it current in one atomic step, and step back.

Belongs here: the manifest, the fifth receipt, the pointer, retention. Does not: making or judging the tables.
"""

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import GateRefused, UsageError
from orchestration.home import Home, now
from orchestration.publication.ledger import record
from orchestration.publication.receipts import FOLDER as RECEIPTS
from orchestration.publication.receipts import MARTS, content_identity, demand_receipts, file_hash, write_receipt
from orchestration.publication.stage import DATABASE, inert

if TYPE_CHECKING:
    import duckdb

MANIFEST = "manifest.json"
CSV_DIALECT = "header = true, all_varchar = true, allow_quoted_nulls = false, delim = ',', quote = '\"', escape = '\"'"


def verify_staging(home: Home, folder: Path, *, fingerprint: str, run_id: str) -> list[str]:
    """Check that every artefact holds the same rows, write the manifest and the verify receipt; returns problems."""
    problems = _disagreements(folder)
    manifest = {
        "identity": content_identity(folder),
        "fingerprint": fingerprint,
        "run_id": run_id,
        "made_at": now().isoformat(timespec="seconds"),
        "evenhand": version("evenhand"),
        "is_synthetic": home.settings.synthetic,
        "as_of": str(home.settings.as_of) if home.settings.as_of else None,
        "rows": _rows(folder),
        "files": _files(folder),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    write_receipt(folder, "verify", problems, [f"{len(_files(folder))} files agree with the manifest"])
    return problems


def release(home: Home, folder: Path) -> Path:
    """Make the staged release current; GateRefused, and nothing changed, without five passing receipts.

    Returns the release's folder, named by when it was made and the first 12 digits of its content identity.
    """
    demand_receipts(folder)
    if problems := verify_files(folder):
        raise GateRefused(f"the staged files changed after they were verified: {'; '.join(problems)}")
    target = _unused_name(home, folder)
    _sync_tree(folder)
    folder.rename(target)
    _sync(home.releases)
    record(home, target)
    point_to(home, target)
    _retain(home)
    return target


def _unused_name(home: Home, folder: Path) -> Path:
    """A folder name that no release has: time and identity, with a number when both were there before."""
    manifest = read_manifest(folder)
    stem = f"{manifest['made_at'][:19].replace(':', '').replace('-', '')}Z-{manifest['identity'][:12]}"
    names = (stem, *(f"{stem}-{number}" for number in range(2, 1000)))
    return next(home.releases / name for name in names if not (home.releases / name).exists())


def point_to(home: Home, target: Path) -> None:
    """Swap ``current`` to ``target`` by one rename; readers see the old release or the new one, never neither."""
    for left in home.root.glob(".current-*"):
        left.unlink()
    unfinished = home.root / f".current-{os.getpid()}"
    unfinished.symlink_to(target.relative_to(home.root))
    unfinished.replace(home.current)
    _sync(home.root)


def current_release(home: Home) -> Path | None:
    """Folder of the release being served, resolved once; None when nothing is published."""
    return home.current.resolve() if home.current.exists() else None


def releases(home: Home) -> list[Path]:
    """Folders of all kept releases, oldest first; one whose manifest is torn can't be served and is left out."""
    found = []
    for path in home.releases.glob(f"*/{MANIFEST}"):
        if not path.parent.name.startswith("."):
            with suppress(GateRefused):
                found.append((read_manifest(path.parent)["made_at"], path.parent.name, path.parent))
    return [folder for _, _, folder in sorted(found)]


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a release folder; GateRefused when it is not whole."""
    try:
        document: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if {"identity", "made_at", "files"} <= set(document):
            return document
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        pass
    raise GateRefused(f"{folder.name}/{MANIFEST} is missing or torn; `evenhand rollback` serves another release")


def verify_files(folder: Path) -> list[str]:
    """Differences between a release folder and its manifest: missing, altered or added files, or another identity."""
    manifest = read_manifest(folder)
    found = _files(folder)
    problems = [f"{name} is missing" for name in manifest["files"] if name not in found]
    problems += [f"{name} is not in the manifest" for name in found if name not in manifest["files"]]
    problems += [f"{name} was altered" for name, facts in manifest["files"].items() if found.get(name, facts) != facts]
    if content_identity(folder) != manifest["identity"]:
        problems.append("the marts are not those of the manifest's identity")
    return problems


def rollback(home: Home, to: str | None = None) -> Path:
    """Serve an earlier release: the one before the current, or the one whose name starts with ``to``.

    UsageError when there is none; GateRefused when its files are not whole.
    """
    kept, serving = releases(home), current_release(home)
    if to is not None:
        matching = [folder for folder in kept if folder.name.startswith(to)]
    else:
        earlier = [folder.resolve() for folder in kept]
        matching = kept[: earlier.index(serving)][-1:] if serving in earlier else kept[-1:]
    if len(matching) != 1:
        known = ", ".join(folder.name for folder in kept) or "none"
        wanted = f"named {to!r}" if to else "before the current one"
        raise UsageError(f"no single release to go back to {wanted}; kept: {known}")
    if problems := verify_files(matching[0]):
        raise GateRefused(f"release {matching[0].name} is not whole: {'; '.join(problems)}; `current` is unchanged")
    point_to(home, matching[0])
    return matching[0]


def _disagreements(folder: Path) -> list[str]:
    """Marts whose rows in DuckDB or CSV are not those of the Parquet file."""
    import duckdb

    problems = []
    with duckdb.connect() as con:
        con.execute(f"attach '{folder / DATABASE}' as release (read_only)")
        for path in sorted((folder / MARTS).glob("*.parquet")):
            parquet, table = f"read_parquet('{path}')", f"release.marts.{path.stem}"
            difference = f"(select * from {parquet} except all select * from {table})"
            (in_parquet, in_database, different) = (_rows_of(con, source) for source in (parquet, table, difference))
            if in_parquet != in_database or different:
                problems.append(f"{path.stem}: DuckDB holds other rows than Parquet")
            csv = f"read_csv('{folder / 'csv' / path.stem}.csv', {CSV_DIALECT})"
            in_csv = _rows_of(con, csv)
            if in_csv != in_parquet:
                problems.append(f"{path.stem}: CSV holds {in_csv} rows, Parquet {in_parquet}")
            elif _rows_of(con, f"(select * from {_as_csv(con, parquet)} except all select * from {csv})"):
                problems.append(f"{path.stem}: CSV holds other rows than Parquet")
    if not (folder / "site" / "index.html").exists():
        problems.append("the site's index.html is missing")
    return problems


def _as_csv(con: "duckdb.DuckDBPyConnection", source: str) -> str:
    """SQL of a table's cells as its CSV writes them."""
    columns = con.execute(f"describe select * from {source}").fetchall()
    shown = ", ".join(inert(name, data_type) for name, data_type, *_ in columns)
    return f"(select columns(*)::varchar from (select {shown} from {source}))"


def _rows_of(con: "duckdb.DuckDBPyConnection", source: str) -> int:
    return int(con.execute(f"select count(*) from {source}").fetchall()[0][0])


def _rows(folder: Path) -> dict[str, int]:
    import pyarrow.parquet as pq

    return {path.stem: pq.read_metadata(path).num_rows for path in sorted((folder / MARTS).glob("*.parquet"))}


def _files(folder: Path) -> dict[str, dict[str, Any]]:
    """Size and sha256 of every artefact; receipts and the manifest itself stand apart."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    artefacts = [p for p in paths if p.name != MANIFEST and p.relative_to(folder).parts[0] != RECEIPTS]
    return {
        str(path.relative_to(folder)): {"bytes": path.stat().st_size, "sha256": file_hash(path)} for path in artefacts
    }


def _retain(home: Home) -> None:
    """Keep the newest releases and the current one; remove the others."""
    serving = current_release(home)
    for folder in _beyond(releases(home), home.settings.keep_releases):
        if folder.resolve() != serving:
            shutil.rmtree(folder)


def _beyond(kept: Sequence[Path], number: int) -> Sequence[Path]:
    return kept[:-number] if number > 0 else ()


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
