"""Releases that wait for a human because they move a total of England, and letting one through.

Belongs here: reading who waits from the release being served, noting an acceptance. Does not: judging a move (the dbt
model int_releases__held does), or refused files (quarantine.py).
"""

from collections.abc import Iterable
from dataclasses import replace

from orchestration.acquisition.archive import Archive
from orchestration.errors import UsageError
from orchestration.home import Home, now
from orchestration.lake.store import Lake
from orchestration.publication.receipts import MARTS
from orchestration.publication.release import current_release
from orchestration.refresh.outcomes import FileOutcome, Outcome
from orchestration.refresh.quarantine import find_file

Key = tuple[str, str]


def held_releases(home: Home) -> dict[Key, str]:
    """Dataset and sha256 of each held release, with the reason, as the release being served was built."""
    folder = current_release(home)
    path = folder / MARTS / "releases.parquet" if folder else None
    if path is None or not path.exists():
        return {}
    import duckdb

    query = "select dataset, release_sha256, held_because from read_parquet($path) where is_held order by all"
    with duckdb.connect() as con:
        rows = con.execute(query, {"path": str(path)}).fetchall()
    return {(dataset, sha256): reason for dataset, sha256, reason in rows}


def with_held(home: Home, outcomes: Iterable[FileOutcome]) -> list[FileOutcome]:
    """The outcomes, with each file that was loaded and is held told as held."""
    held = held_releases(home)
    return [_told(item, held.get((item.dataset, item.release_sha256))) for item in outcomes]


def _told(item: FileOutcome, reason: str | None) -> FileOutcome:
    if item.outcome is not Outcome.LOADED or reason is None:
        return item
    words = (
        f"{reason}. The release before it stays in the marts; when the move is right, "
        f"`evenhand accept {item.dataset} {item.release_sha256[:12]}`"
    )
    return replace(item, outcome=Outcome.HELD, reason=words)


def accept(home: Home, dataset: str, release: str) -> str:
    """Let a held release through, or a refused file try again; says what the next refresh will do.

    UsageError when the file waits for nothing.
    """
    file = find_file(home, dataset, release)
    if file.status == "refused":
        Archive(home.archive).mark(dataset, file.sha256, "archived", None)
        return f"{file.name} will be read again by the next `evenhand refresh`."
    if (dataset, file.sha256) not in held_releases(home):
        raise UsageError(f"{file.name} is neither refused nor held; `evenhand status` counts what waits for someone")
    today = now().date()
    Archive(home.archive).accept(dataset, file.sha256, today)
    Lake(home.lake).accept(dataset, file.sha256, today)
    return f"{file.name} is accepted; the next `evenhand refresh` publishes it."
