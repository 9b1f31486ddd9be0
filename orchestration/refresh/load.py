"""Parse and validate archived files into the lake.

Belongs here: which archived files are not yet (or no longer rightly) in the lake, and loading them one by one. Does
not: fetching (intake.py) or building marts (build.py).
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from orchestration.acquisition.archive import Archive, ArchivedFile
from orchestration.catalogue.models import DatasetSpec
from orchestration.catalogue.registry import DATASETS, PACKAGE, corrections, dataset_spec, dataset_specs
from orchestration.datasets.protocol import Parsed, SourceFile, parser_of
from orchestration.errors import FileRefused
from orchestration.home import Home
from orchestration.lake.store import EntityCounts, Lake, LoadReport, QuarantinedRow
from orchestration.refresh.outcomes import FileOutcome, Outcome

if TYPE_CHECKING:
    from orchestration.qi_logs.organisations import Matcher
    from orchestration.validation.validate import Validated

# Datasets from which organisations are recognised by code, name, site or reviewed alias.
MATCHED_BY = ("ods_trusts", "ods_successions", "gp_practices", "geography_lookups", "shmi", "qi_reviews")
WRITTEN = "organisation_as_written"
CUT_SUFFIX = ".sample"
CUT_REASON = "a cut of a publication, kept to read its layout; its numbers are not all there"


def registering_datasets(spec: DatasetSpec) -> list[str]:
    """Datasets that make up the registers which this one refers to, or by which its organisations are recognised.

    They load before it.
    """
    wanted = {column.references for entity in spec.entities for column in entity.columns if column.references}
    return [
        other.name
        for other in dataset_specs().values()
        if (other.name in MATCHED_BY and is_matched(spec))
        or any(column.registers in wanted for entity in other.entities for column in entity.columns if column.registers)
    ]


def is_matched(spec: DatasetSpec) -> bool:
    """Whether the dataset names organisations as people write them, so that they have to be recognised."""
    return any(column.name == WRITTEN for entity in spec.entities for column in entity.columns)


def references_of(lake: Lake, spec: DatasetSpec) -> dict[str, frozenset[str]]:
    """The registers that columns of the dataset refer to, as they stand in the lake."""
    names = {column.references for entity in spec.entities for column in entity.columns if column.references}
    return {name: lake.register(name) for name in sorted(names)}


def made_with(spec: DatasetSpec, references: Mapping[str, frozenset[str]], lake: Lake) -> str:
    """Hash of all but the bytes that decides what a load gives: spec, parser, readers, rules, registers."""
    digest = sha256()
    folder = DATASETS / spec.name
    sources = [
        folder / "dataset.yaml",
        folder / "parse.py",
        folder / "corrections.yaml",
        *(DATASETS / shared for shared in ("reading.py", "worksheets.py", "dates.py", "records.py")),
        PACKAGE / "validation/validate.py",
        PACKAGE / "validation/corrections.py",
    ]
    for path in sources:
        digest.update(path.read_bytes() if path.exists() else b"")
    for name, codes in sorted(references.items()):
        digest.update(f"{name}:{','.join(sorted(codes))}".encode())
    if is_matched(spec):
        for path in (PACKAGE / "qi_logs/organisations.py", PACKAGE / "refresh/organisations.py"):
            digest.update(path.read_bytes())
        for name in MATCHED_BY:
            digest.update(",".join(f"{r.release_sha256}{r.made_with}" for r in lake.reports(name)).encode())
    return digest.hexdigest()[:16]


def pending(home: Home, dataset: str) -> list[ArchivedFile]:
    """Archived files that the lake lacks, or holds as an older parser, spec or register made them."""
    spec, lake = dataset_spec(dataset), Lake(home.lake)
    current = made_with(spec, references_of(lake, spec), lake)
    loaded = {report.release_sha256: report.made_with for report in lake.reports(dataset)}
    files = Archive(home.archive).files(dataset)
    return [file for file in files if file.status == "archived" and loaded.get(file.sha256) != current]


def load_pending(home: Home, dataset: str) -> list[FileOutcome]:
    """Load every pending file of the dataset; a refused one leaves nothing in the lake and the others untouched."""
    spec, waiting = dataset_spec(dataset), pending(home, dataset)
    matcher = None
    if waiting and is_matched(spec):
        from orchestration.refresh.organisations import matcher_of

        matcher = matcher_of(home)
    return [_load(home, spec, file, matcher) for file in waiting]


def _load(home: Home, spec: DatasetSpec, file: ArchivedFile, matcher: "Matcher | None") -> FileOutcome:
    archive, lake = Archive(home.archive), Lake(home.lake)
    try:
        path = archive.open(file.sha256)
    except FileRefused as error:  # lost or damaged bytes: what an earlier parser made of them stays
        return _refused(archive, file, error)
    try:
        parsed = _parsed(spec, SourceFile(path, file.name))
    except FileRefused as error:
        lake.forget(spec.name, file.sha256)
        return _refused(archive, file, error)
    parsed = _corrected(spec, file, parsed)
    suggestions: Mapping[tuple[str, int], str] = {}
    if matcher is not None:
        from orchestration.qi_logs.resolving import resolved

        found = resolved(parsed, matcher)
        parsed, suggestions = found.parsed, found.suggestions
    references = references_of(lake, spec)
    tables = _validated(spec, parsed, references)
    report = _report(spec, file, parsed, tables, made_with(spec, references, lake), suggestions)
    lake.write(spec, report, tables)
    return FileOutcome(
        spec.name, file.name, Outcome.LOADED, "; ".join(parsed.notes), file.sha256, parsed.period_label, report.counts
    )


def _parsed(spec: DatasetSpec, source: SourceFile) -> Parsed:
    """What the parser says; a file that it stumbles over, or that holds no record, is refused and stops nobody else."""
    try:
        parsed = parser_of(spec.name)(source)
    except FileRefused:
        raise
    except Exception as error:
        seen = "" if spec.is_user_supplied else f": {str(error).splitlines()[0][:160]}" if str(error) else ""
        raise FileRefused(
            f"{source.name}: the parser of {spec.name} stumbled over it ({type(error).__name__}{seen}). Look at the "
            "file; if it is whole, its layout is new or the parser has a bug"
        ) from error
    may_be_empty = all(spec.entity(name).may_be_empty for name in parsed.tables)
    if not may_be_empty and not any(table.read for table in parsed.tables.values()):
        raise FileRefused(f"{source.name}: there are headings and no records below them")
    return parsed


def _corrected(spec: DatasetSpec, file: ArchivedFile, parsed: Parsed) -> Parsed:
    known = corrections(spec.name)
    if not known:
        return parsed
    from orchestration.validation.corrections import correct

    return correct(parsed, known, file.sha256, file.name)


def _refused(archive: Archive, file: ArchivedFile, error: FileRefused) -> FileOutcome:
    archive.mark(file.dataset, file.sha256, "refused", str(error))
    return FileOutcome(file.dataset, file.name, Outcome.REFUSED, str(error), file.sha256)


def _validated(spec: DatasetSpec, parsed: Parsed, references: Mapping[str, frozenset[str]]) -> dict[str, "Validated"]:
    from orchestration.validation.validate import validate

    return {name: validate(spec.entity(name), table, references) for name, table in parsed.tables.items()}


def _report(
    spec: DatasetSpec,
    file: ArchivedFile,
    parsed: Parsed,
    tables: Mapping[str, "Validated"],
    made: str,
    suggestions: Mapping[tuple[str, int], str],
) -> LoadReport:
    counts = tuple(
        EntityCounts(name, v.read, len(v.frame), v.quarantined_rows, v.ignored, v.suppressed_cells)
        for name, v in tables.items()
    )
    # a short value can be found again from its hash by trying all: what users supply leaves none
    quarantine = tuple(
        QuarantinedRow(
            name, q.source_row, q.rule, q.column, "" if spec.is_user_supplied else q.value_hash,
            parsed.tables[name].places.get(q.source_row, ""), suggestions.get((name, q.source_row), ""),
        )
        for name, v in tables.items()
        for q in v.quarantined
    )  # fmt: skip
    return LoadReport(
        dataset=spec.name,
        release_sha256=file.sha256,
        file_name=file.name,
        layout=parsed.layout,
        period_start=parsed.period_start,
        period_end=parsed.period_end,
        period_label=parsed.period_label,
        published_on=parsed.published_on,
        release_status=parsed.release_status,
        origin=file.origin,
        licence=file.licence,
        sequence=file.sequence,
        made_with=made,
        counts=counts,
        accepted_on=file.accepted_on,
        first_seen_on=datetime.fromisoformat(file.first_seen).date(),
        not_published_because=spec.not_published_because or (CUT_REASON if file.name.endswith(CUT_SUFFIX) else ""),
        quarantine=quarantine,
        notes=parsed.notes,
    )
