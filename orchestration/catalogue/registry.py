"""Find and read the catalogue's documents: registration is a glob.

Belongs here: locating YAML files and turning them into models. Does not: what the documents mean.
"""

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from orchestration.catalogue.models import Break, Correction, Corrections, DatasetSpec, Measure
from orchestration.errors import ConfigurationError, UsageError

PACKAGE = Path(__file__).resolve().parent.parent
DATASETS = PACKAGE / "datasets"
MEASURES = PACKAGE / "catalogue" / "measures"
BREAKS = PACKAGE / "catalogue" / "breaks"

Model = TypeVar("Model", bound=BaseModel)


def read_document(path: Path, model: type[Model]) -> Model:
    """Read one YAML document as ``model``; ConfigurationError names the file and every fault in it."""
    try:
        return model.model_validate(read_yaml(path))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ConfigurationError(f"{path}: {faults}") from error


def read_yaml(path: Path) -> Any:
    """Parse YAML safely; ConfigurationError when it is not YAML."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path} is not readable YAML: {error}") from error


@cache
def dataset_specs() -> dict[str, DatasetSpec]:
    """All dataset specs by name, in order of name; a folder is a dataset when it holds dataset.yaml."""
    specs = {}
    for path in sorted(DATASETS.glob("*/dataset.yaml")):
        spec = read_document(path, DatasetSpec)
        if spec.name != path.parent.name:
            raise ConfigurationError(f"{path}: name is {spec.name!r}, the folder is {path.parent.name!r}")
        specs[spec.name] = spec
    return specs


def dataset_spec(name: str) -> DatasetSpec:
    """The spec called ``name``; UsageError lists the known ones."""
    try:
        return dataset_specs()[name]
    except KeyError:
        known = ", ".join(dataset_specs())
        raise UsageError(f"there is no dataset {name!r}; known are {known}") from None


@cache
def corrections(dataset: str) -> tuple[Correction, ...]:
    """Corrections of the dataset's published files; empty when it has no corrections.yaml."""
    path = DATASETS / dataset / "corrections.yaml"
    return read_document(path, Corrections).corrections if path.exists() else ()


@cache
def measures() -> dict[str, Measure]:
    """All measures by id."""
    found = [read_document(path, Measure) for path in sorted(MEASURES.glob("*.yaml"))]
    return {measure.measure_id: measure for measure in found}


@cache
def breaks() -> dict[str, Break]:
    """All known breaks by id."""
    found = [read_document(path, Break) for path in sorted(BREAKS.glob("*.yaml"))]
    return {known.break_id: known for known in found}
