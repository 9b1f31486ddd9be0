"""The next period of every publication loads without a change of code: real files moved a year on, under new names.

The tests go over the catalogue and the files at hand: a new dataset is tried here without an edit.
"""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from support_restamp import a_new_name, a_year_on

from orchestration.acquisition.collect import Arrival, from_folder
from orchestration.acquisition.sniff import check_content
from orchestration.catalogue.registry import dataset_spec, dataset_specs
from orchestration.datasets.protocol import Parsed, SourceFile, parser_of
from orchestration.validation.validate import validate

ARE_NO_SERIES = {"geography_lookups", "imd", "ods_successions", "ods_trusts", "census_ethnicity", "lsoa_population"}
REBUILT = {"talking_therapies"}
SERIES = [name for name, spec in dataset_specs().items() if spec.kind == "outcomes" and name not in REBUILT]


@cache
def files_of(folder: Path, dataset: str) -> tuple[Path, ...]:
    """The dataset's real files, the newest first."""
    found = from_folder(folder, {dataset: dataset_spec(dataset)})
    return tuple(sorted((item.path for item in found if isinstance(item, Arrival)), reverse=True))


def read(dataset: str, path: Path) -> tuple[Parsed, Counter[str]]:
    """What the parser says, and rows loaded and quarantined over all entities."""
    check_content(path, path.name, dataset_spec(dataset))
    parsed = parser_of(dataset)(SourceFile(path, path.name))
    counts: Counter[str] = Counter()
    for name, table in parsed.tables.items():
        validated = validate(dataset_spec(dataset).entity(name), table, {"organisations": _codes(parsed)})
        counts += Counter(loaded=len(validated.frame), quarantined=validated.quarantined_rows, read=validated.read)
    return parsed, counts


def _codes(parsed: Parsed) -> frozenset[str]:
    """Every code of the file: whether a code is registered is another test's matter."""
    return frozenset(
        str(code)
        for table in parsed.tables.values()
        for column in table.frame.columns
        if column.endswith("code")
        for code in table.frame[column].dropna().unique()
    )


@pytest.mark.parametrize("dataset", SERIES)
def test_the_next_period_under_a_new_name_loads_as_the_given_one_does(
    dataset: str, real_data: Path, tmp_path: Path
) -> None:
    files = files_of(real_data, dataset)
    if not files:
        assert all(layout.met == "documentation_only" for layout in dataset_spec(dataset).layouts)
        return
    tried: dict[str, str] = {}
    for path in files:
        given, before = read(dataset, path)
        if given.layout in tried:
            continue
        moved = tmp_path / a_new_name(path.name)
        moved.write_bytes(a_year_on(path.read_bytes()))
        parsed, after = read(dataset, moved)
        tried[given.layout] = moved.name
        assert parsed.layout == given.layout
        assert parsed.period_end.year == given.period_end.year + 1, (path.name, parsed.period_label)
        assert after == before, path.name
    print(f"{dataset}: {tried}")
