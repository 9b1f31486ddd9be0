"""A gate is a receipt: what it saw, whether it passed, and its own hash.

Belongs here: writing, reading and judging receipts, and the content identity that they are bound to. Does not: what
each gate checks.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from orchestration.errors import GateRefused

GATES = ("reconciliation", "dbt", "disclosure", "expectations", "verify")
FOLDER = "receipts"
MARTS = "marts"


def content_identity(folder: Path) -> str:
    """sha256 over the marts' Parquet files by name: what a release is. GateRefused when there is no mart."""
    paths = sorted((folder / MARTS).glob("*.parquet"))
    if not paths:
        raise GateRefused(f"{folder} holds no mart; stage a release first")
    digest = sha256()
    for path in paths:
        digest.update(f"{path.stem}:{file_hash(path)}\n".encode())
    return digest.hexdigest()


def file_hash(path: Path) -> str:
    """sha256 of a file's bytes, in hex."""
    digest = sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@dataclass(frozen=True)
class Receipt:
    """One gate's result about one content."""

    gate: str
    passed: bool
    content: str
    details: tuple[str, ...]

    @property
    def own_hash(self) -> str:
        """sha256 of the receipt without this hash."""
        return sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def write_receipt(folder: Path, gate: str, problems: Sequence[str], details: Sequence[str] = ()) -> Receipt:
    """Write the gate's receipt for the content in ``folder``; it passes when there is no problem."""
    receipt = Receipt(gate, not problems, content_identity(folder), tuple(problems) or tuple(details))
    path = folder / FOLDER / f"{gate}.json"
    path.parent.mkdir(exist_ok=True)
    text = json.dumps({**asdict(receipt), "own_hash": receipt.own_hash}, indent=1, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return receipt


def read_receipt(folder: Path, gate: str) -> Receipt | None:
    """The gate's receipt, or None; GateRefused when it was altered or is another gate's."""
    path = folder / FOLDER / f"{gate}.json"
    if not path.exists():
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        own_hash = document.pop("own_hash")
        receipt = Receipt(**{**document, "details": tuple(document["details"])})
    except (json.JSONDecodeError, AttributeError, KeyError, TypeError):
        own_hash, receipt = None, None
    if receipt is None or receipt.own_hash != own_hash or receipt.gate != gate:
        raise GateRefused(f"the receipt of gate {gate} was altered; the release stays unpublished")
    return receipt


def demand_receipts(folder: Path, gates: Sequence[str] = GATES) -> None:
    """GateRefused unless every gate passed on exactly the content that stands in ``folder`` now."""
    identity = content_identity(folder)
    for gate in gates:
        receipt = read_receipt(folder, gate)
        if receipt is None:
            raise GateRefused(f"gate {gate} has left no receipt in {folder.name}; `current` is unchanged")
        if not receipt.passed:
            raise GateRefused(f"gate {gate} refused: {'; '.join(receipt.details)[:2000]}; `current` is unchanged")
        if receipt.content != identity:
            raise GateRefused(f"gate {gate} saw other content than is staged; `current` is unchanged")
