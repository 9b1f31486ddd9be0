"""What users do with their own files: check one, propose a map for it, hand it in.

Belongs here: the home's maps and organisations brought together with the door's rules; copying into the inbox. Does
not: the rules (qi_logs) or the refresh that follows.
"""

import shutil
from pathlib import Path

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import SourceFile
from orchestration.errors import FileRefused, UsageError
from orchestration.home import Home, now
from orchestration.lake.store import Lake
from orchestration.qi_logs.check import CheckResult, Finding, check
from orchestration.qi_logs.columnmaps import load_maps
from orchestration.qi_logs.grids import read_grids
from orchestration.qi_logs.intake import opened, shown_name
from orchestration.qi_logs.proposing import Proposal, propose_map
from orchestration.refresh.organisations import matcher_of

NO_ORGANISATIONS = (
    "This home knows no organisations yet, so the codes and names of organisations were not checked. "
    "`evenhand refresh` fetches them."
)


def check_file(home: Home, path: Path, dataset: str | None = None) -> CheckResult:
    """A dry run of the door on a file anywhere; nothing is written."""
    codes = Lake(home.lake).register("organisations") if home.lake.is_dir() else frozenset()
    result = check(
        _source(path), today=now().date(), maps=load_maps(home.maps), matcher=matcher_of(home), codes=codes,
        dataset=dataset,
    )  # fmt: skip
    if not codes:
        result.findings = [one for one in result.findings if "rganisation" not in one.text]
        result.findings.append(Finding(0, 0, "", "warning", NO_ORGANISATIONS))
        result.counts = {}
    return result


def propose_for(path: Path) -> Proposal:
    """A map for the file, as far as it can be made out."""
    source = _source(path)
    name = shown_name(source.name)
    return propose_map(read_grids(source.path, name), name)


def hand_in(home: Home, path: Path, *, dataset: str | None = None, register: str | None = None) -> tuple[str, Path]:
    """Copy a file into the locked inbox; the dataset that its map says, and where the copy stands.

    ``register`` names the copy, and so the register. FileRefused when no map fits or the map does not know all of it.
    """
    source = _source(path)
    if dataset is not None and not dataset_spec(dataset).is_user_supplied:
        raise UsageError(f"{dataset} comes from its publisher, not from users")
    chosen = opened(source, dataset, load_maps(home.maps)).chosen
    if register and chosen.register_name and register != chosen.register_name:
        raise UsageError(f"the map {chosen.name} names the register {chosen.register_name}; leave --register out")
    home.create()
    folder = home.inbox / chosen.dataset
    folder.mkdir(mode=0o700, exist_ok=True)
    label = "SYNTHETIC-" if path.name.upper().startswith("SYNTHETIC") else ""
    name = f"{label}{register}{path.suffix}" if register else path.name
    target = folder / name
    if target.resolve() == path.resolve():
        return chosen.dataset, target
    temporary = folder / f".{name}.partial"
    shutil.copyfile(path, temporary)
    temporary.chmod(0o600)
    temporary.replace(target)
    return chosen.dataset, target


def _source(path: Path) -> SourceFile:
    if not path.is_file():
        raise UsageError(f"{path} is no file")
    if path.stat().st_size == 0:
        raise FileRefused(f"{shown_name(path.name)}: the file is empty")
    return SourceFile(path, path.name)
