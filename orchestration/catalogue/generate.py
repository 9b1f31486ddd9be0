"""Write what follows from the catalogue: JSON Schemas, dbt's sources, the data dictionary.

Belongs here: files that are generated and never edited by hand. Does not: facts of its own.

``python -m orchestration.catalogue.generate`` writes them; with ``--check`` it lists those that differ and exits 1.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from orchestration.catalogue.models import Break, Column, Corrections, DatasetSpec, Entity, Measure
from orchestration.catalogue.registry import PACKAGE, breaks, dataset_specs, measures

ROOT = PACKAGE.parent
HEADER = "Generated from the catalogue by `python -m orchestration.catalogue.generate`. Do not edit."
INTERMEDIATE = ROOT / "dbt_project" / "models" / "intermediate"
OBSERVATION_COLUMN_NAMES = """
measure_id organisation_code organisation_scheme organisation_level period_start period_end period_kind population
stratum_dimension stratum stratum_scheme stratum_basis stratum_assigned_on observation_kind adjustment numerator
numerator_lower numerator_upper denominator denominator_lower denominator_upper value published_value published_lower
published_upper rounding value_status release_status release_scope dataset release_sha256
"""
PLATFORM_TABLES = {
    "releases": "One row per release in the lake, with its rank within the dataset.",
    "loads": "One row per dataset, entity and release: rows read, loaded, quarantined, ignored.",
    "datasets": "One row per dataset of the catalogue.",
    "measures": "One row per measure of the catalogue.",
    "breaks": "One row per known break of a series.",
}


def generated_files() -> dict[Path, str]:
    """Every generated file of the project with the text it must hold."""
    files: dict[Path, str] = {}
    for name, model in (("dataset", DatasetSpec), ("measure", Measure), ("break", Break), ("corrections", Corrections)):
        schema = {"$comment": HEADER, **model.model_json_schema()}
        files[PACKAGE / "catalogue" / "schemas" / f"{name}.schema.json"] = json.dumps(schema, indent=2) + "\n"
    for spec in dataset_specs().values():
        entities = {
            entity.name: f"{entity.grain[0].upper()}{entity.grain[1:]}, in each release." for entity in spec.entities
        }
        files[_sources_path(spec.name)] = _sources(spec.name, spec.title, entities, _columns(spec))
    files[_sources_path("platform")] = _sources("platform", "What the platform knows", PLATFORM_TABLES, {})
    files[INTERMEDIATE / "int_observations__combined.sql"] = _combined()
    files[INTERMEDIATE / "int_organisations__mentioned.sql"] = _mentioned()
    files[ROOT / "docs" / "data-dictionary.md"] = "\n".join(_dictionary()) + "\n"
    return files


def _sources_path(dataset: str) -> Path:
    return ROOT / "dbt_project" / "models" / "staging" / dataset / "_sources.yml"


def _columns(spec: DatasetSpec) -> dict[str, list[dict[str, str]]]:
    return {
        entity.name: [{"name": column.name, "description": column.meaning} for column in entity.columns]
        for entity in spec.entities
    }


def _sources(name: str, title: str, tables: Mapping[str, str], columns: Mapping[str, list[dict[str, str]]]) -> str:
    document = {
        "sources": [
            {
                "name": name,
                "description": title,
                "schema": "lake",
                "tables": [
                    {
                        "name": table,
                        "description": description,
                        **({"columns": columns[table]} if table in columns else {}),
                    }
                    for table, description in tables.items()
                ],
            }
        ]
    }
    return f"# {HEADER}\n" + yaml.safe_dump(document, sort_keys=False, width=120, allow_unicode=True)


def _combined() -> str:
    """SQL that stacks every int_<dataset>__measured model: adding one needs no edit here or in dbt."""
    models = sorted(path.stem for path in INTERMEDIATE.glob("int_*__measured.sql"))
    columns = ",\n    ".join(OBSERVATION_COLUMN_NAMES.split())
    selects = [f"select\n    {columns}\nfrom {{{{ ref('{model}') }}}}" for model in models]
    return f"-- {HEADER}\n" + "\nunion all\n".join(selects) + "\n"


def _mentioned() -> str:
    """SQL that stacks the names that publications give to organisations, from the model each spec names."""
    columns = ",\n    ".join(
        ("organisation_code", "organisation_scheme", "organisation_name as name", "period_start as seen_on")
    )
    selects = [
        f"select distinct\n    {columns}\nfrom {{{{ ref('{spec.names_model}') }}}}"
        for spec in dataset_specs().values()
        if spec.names_model and not spec.not_published_because
    ]
    return f"-- {HEADER}\n" + "\nunion all\n".join(selects) + "\n"


def _dictionary() -> Iterator[str]:
    yield from ("# Data dictionary", "", f"<!-- {HEADER} -->", "")
    yield from (
        "Datasets, measures and breaks as the catalogue states them. Marts are described beside each model.",
        "",
    )
    yield from ("## Datasets", "")
    for spec in dataset_specs().values():
        yield from _dataset_section(spec)
    yield from ("## Measures", "")
    for measure in measures().values():
        yield from _measure_section(measure)
    yield from (
        "## Known breaks",
        "",
        "| break | measure | from | to | kind | handling | description |",
        "|---|---|---|---|---|---|---|",
    )
    for known in breaks().values():
        concerned = ", ".join(known.measure_ids) or "every measure"
        yield (
            f"| {known.break_id} | {concerned} | {known.starts_on} | {known.ends_on or ''} | "
            f"{known.kind} | {known.handling} | {_cell(known.description)} |"
        )


def _dataset_section(spec: DatasetSpec) -> Iterator[str]:
    yield from (f"### {spec.name}: {spec.title}", "", spec.description.strip(), "")
    facts = {
        "publisher": spec.publisher, "licence": spec.licence, "attribution": spec.attribution.strip(),
        "landing page": f"<{spec.landing_page}>" if spec.landing_page.startswith("http") else spec.landing_page,
        "cadence": f"{spec.cadence}, published {spec.publication_lag} after the period, grace {spec.grace}",
        "revisions": spec.revision_policy.strip(), "statistics": spec.official_statistics,
        "rounding": f"{spec.rounding.rule}; suppression: {spec.rounding.suppression}. {spec.rounding.evidence.strip()}",
        "usage warnings": ", ".join(spec.usage_warnings) or "none",
    }  # fmt: skip
    yield from (f"- **{name}**: {value}" for name, value in facts.items())
    yield from ("", "| layout | seen in | description |", "|---|---|---|")
    for layout in spec.layouts:
        seen = "a publisher's file" if layout.met == "real_file" else "documentation only"
        yield f"| {layout.name} | {seen} | {_cell(layout.description)} |"
    for ignore in spec.ignores:
        yield f"\nIgnored: `{ignore.pattern}` ({_cell(ignore.why)})"
    for entity in spec.entities:
        yield from _entity_section(entity)
    yield ""


def _entity_section(entity: Entity) -> Iterator[str]:
    yield from ("", f"**{entity.name}**: {entity.grain}; key: {', '.join(entity.key)}", "")
    yield from ("| column | type | unit | rules | meaning |", "|---|---|---|---|---|")
    for column in entity.columns:
        cells = (column.name, column.type, column.unit or "", _cell(_rules(column)), _cell(column.meaning))
        yield f"| {' | '.join(cells)} |"


def _rules(column: Column) -> str:
    rules = [] if column.nullable or column.marks else ["required"]
    rules += [f"≥ {column.minimum:g}"] if column.minimum is not None else []
    rules += [f"≤ {column.maximum:g}"] if column.maximum is not None else []
    rules += [f"matches `{column.pattern}`"] if column.pattern else []
    rules += [f"one of {', '.join(column.values)}"] if column.values else []
    rules += [f"known to {column.references}"] if column.references else []
    rules += [f"`{mark}` is {status}" for mark, status in column.marks.items()]
    return "; ".join(rules)


def _measure_section(measure: Measure) -> Iterator[str]:
    yield from (f"### {measure.measure_id}: {measure.title}", "")
    hidden = measure.disclosure
    facts: dict[str, Any] = {
        "dataset": measure.dataset, "numerator": measure.numerator, "denominator": measure.denominator or "none",
        "unit": measure.unit, "interval": measure.interval, "better when": measure.direction, "role": measure.role,
        "nature": measure.nature, "theme": measure.quality_theme, "kind": measure.observation_kind,
        "adjustment": measure.adjustment,
        "disclosure": f"{hidden.rule}; {hidden.suppression}. {hidden.evidence.strip()}",
        "held when England moves by more than": f"{measure.revision_tolerance:g} %",
        "linked topics": ", ".join(measure.linked_qi_topics) or "none",
    }  # fmt: skip
    yield from (f"- **{name}**: {str(value).strip()}" for name, value in facts.items())
    if measure.notes:
        yield from ("", measure.notes.strip())
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def main(arguments: list[str]) -> int:
    """Write the generated files, or with --check report drift; returns the exit code."""
    drift = [path for path, text in generated_files().items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in arguments:
        for path in drift:
            print(f"{path.relative_to(ROOT)} is not what the catalogue says; run `make generate`")
        return 1 if drift else 0
    for path in drift:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(generated_files()[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
