"""Users' files that the privacy screen holds: the record of each, letting one through, purging after thirty days.

Belongs here: records beside the inbox, which say where something stands and never what. Does not: the screen (qi_logs)
or releases that move a total (held.py).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from orchestration.acquisition.archive import file_sha256
from orchestration.errors import FileHeld, UsageError
from orchestration.home import Home, now
from orchestration.qi_logs.intake import DEBATABLE

FOLDER = ".held"
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Hold:
    """One held file: ``sha256`` of its bytes, rules and places that were hit, the day on which it is purged."""

    dataset: str
    name: str
    sha256: str
    held_on: date
    purge_on: date
    rules: tuple[str, ...]
    places: tuple[str, ...]
    accepted_on: date | None = None
    accepted_rules: tuple[str, ...] = ()
    purged_on: date | None = None


def hold(home: Home, dataset: str, name: str, sha256: str, error: FileHeld) -> Hold:
    """Note that a file is held; a file that was held before keeps its first day.

    What was accepted stays accepted; that it is held again means that another rule was hit, so it waits again.
    """
    today = now().date()
    before = _find(home, sha256)
    held_on = before.held_on if before else today
    record = Hold(dataset, name, sha256, held_on, held_on + KEPT, tuple(sorted(set(error.rules))), error.places)
    record = replace(record, accepted_rules=before.accepted_rules if before else ())
    _write(home, record)
    return record


def holds(home: Home) -> list[Hold]:
    """Files that wait for their owner, oldest first."""
    waiting = [one for one in _all(home) if one.accepted_on is None and one.purged_on is None]
    return sorted(waiting, key=lambda one: (one.held_on, one.dataset, one.name))


def accepted_rules(home: Home, sha256: str) -> frozenset[str]:
    """Rules for which the owner has answered that these bytes hold no personal data."""
    found = _find(home, sha256)
    return frozenset(found.accepted_rules) if found else frozenset()


def release_hold(home: Home, dataset: str, name: str) -> None:
    """Forget the holds of a file whose corrected bytes were let in under the same name."""
    for record in holds(home):
        if (record.dataset, record.name) == (dataset, name):
            _path(home, record.sha256).unlink()


def accept_held(home: Home, dataset: str, sha256: str, *, not_personal: bool) -> str | None:
    """Let a held file try again; None when no held file of the dataset has this sha256.

    A corrected file needs no acceptance. Unchanged bytes are let in only when the owner says so (``not_personal``) and
    every rule that was hit goes by likeness; an NHS number, e-mail address or telephone number has to go.
    """
    found = [one for one in holds(home) if one.dataset == dataset and one.sha256.startswith(sha256)]
    if not found:
        return None
    if len(found) > 1:
        raise UsageError(f"{len(found)} held files of {dataset} start with {sha256!r}; give more digits")
    (record,) = found
    where = "; ".join(record.places[:20])
    if not not_personal:
        raise UsageError(
            f"{record.name} still holds what looks like personal data: {where}. Correct the file: it is read again by "
            "itself. If nothing of it is about a person, add --not-personal"
        )
    if strict := sorted(set(record.rules) - DEBATABLE):
        raise UsageError(
            f"{record.name} can't be let through: {', '.join(strict)} are no matter of opinion ({where}). Remove them"
        )
    accepted = tuple(sorted({*record.accepted_rules, *record.rules}))
    _write(home, replace(record, accepted_on=now().date(), accepted_rules=accepted))
    return f"{record.name} will be read by the next `evenhand refresh`; its owner answers for it."


def purge_expired(home: Home) -> list[Hold]:
    """Delete held files from the inbox when their thirty days are over; returns what was purged."""
    today, purged = now().date(), []
    for record in holds(home):
        if record.purge_on > today:
            continue
        for path in _files_in_inbox(home, record.dataset):
            if file_sha256(path) == record.sha256:
                path.unlink()
        _write(home, replace(record, purged_on=today))
        purged.append(record)
    return purged


def _files_in_inbox(home: Home, dataset: str) -> Sequence[Path]:
    folder = home.inbox / dataset
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []


def _all(home: Home) -> list[Hold]:
    return [_read(path) for path in sorted((home.inbox / FOLDER).glob("*.json"))]


def _find(home: Home, sha256: str) -> Hold | None:
    path = _path(home, sha256)
    return _read(path) if path.is_file() else None


def _path(home: Home, sha256: str) -> Path:
    return home.inbox / FOLDER / f"{sha256}.json"


def _read(path: Path) -> Hold:
    document = json.loads(path.read_text(encoding="utf-8"))
    for name in ("held_on", "purge_on", "accepted_on", "purged_on"):
        document[name] = date.fromisoformat(document[name]) if document[name] else None
    return Hold(**{**document, **{name: tuple(document[name]) for name in ("rules", "places", "accepted_rules")}})


def _write(home: Home, record: Hold) -> None:
    path = _path(home, record.sha256)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_suffix(".partial")
    temporary.write_text(json.dumps(asdict(record), default=str, indent=1), encoding="utf-8")
    temporary.chmod(0o600)
    temporary.replace(path)
