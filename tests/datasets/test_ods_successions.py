"""The parser of organisation successions, and the reviewed seed against the months of A&E that show it."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.ae_monthly.parse import parse as parse_month
from orchestration.datasets.ods_successions.parse import parse
from orchestration.datasets.protocol import SourceFile
from orchestration.errors import NotOfThisDataset
from orchestration.validation.validate import validate

SEED = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "reviewed_successions.csv"


def test_dates_become_iso_and_a_code_that_follows_itself_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "succ.csv"
    path.write_text("old_code,new_code,date\nZZ1,ZZ2,20200401\nZZ3,ZZ3,20200401\n", encoding="utf-8")
    table = parse(SourceFile(path, path.name)).tables["successions"]
    assert table.frame[["old_code", "new_code", "effective_on"]].to_numpy().tolist() == [["ZZ1", "ZZ2", "2020-04-01"]]
    assert dict(table.ignored) == {"its_own_successor": 1}


def test_a_date_that_is_none_is_quarantined(tmp_path: Path) -> None:
    path = tmp_path / "succ.csv"
    path.write_text("old_code,new_code,date\nZZ1,ZZ2,20200401\nZZ3,ZZ4,20201345\n", encoding="utf-8")
    parsed = parse(SourceFile(path, path.name))
    validated = validate(dataset_spec("ods_successions").entity("successions"), parsed.tables["successions"])
    assert (validated.read, len(validated.frame), validated.quarantined_rows) == (2, 1, 1)


def test_other_headings_are_not_of_this_dataset(tmp_path: Path) -> None:
    path = tmp_path / "trust_mergers.csv"
    path.write_text("trust_code_old,trust_code_new,from_date\nZZ1,ZZ2,2020-04-01\n", encoding="utf-8")
    with pytest.raises(NotOfThisDataset):
        parse(SourceFile(path, path.name))


def test_the_published_table_reconciles(real_data: Path) -> None:
    path = real_data / "ods_successions" / "organisation_changes_1992_2021.csv"
    parsed = parse(SourceFile(path, path.name))
    validated = validate(dataset_spec("ods_successions").entity("successions"), parsed.tables["successions"])
    assert (validated.read, len(validated.frame), dict(validated.ignored)) == (25481, 25442, {"its_own_successor": 39})


def test_every_reviewed_succession_is_where_the_published_months_say(real_data: Path) -> None:
    """An old code appears for the last time in the month before its last succession; the new code is there after it."""
    months: dict[str, set[date]] = {}
    for path in sorted((real_data / "ae_monthly").glob("*.csv")):
        parsed = parse_month(SourceFile(path, path.name))
        for code in parsed.tables["attendances"].frame["organisation_code"]:
            months.setdefault(code, set()).add(parsed.period_start)
    with SEED.open(encoding="utf-8", newline="") as stream:
        reviewed = list(csv.DictReader(stream))
    ends: dict[str, date] = {}
    for succession in reviewed:
        effective = date.fromisoformat(succession["effective_on"])
        ends[succession["old_code"]] = max(effective, ends.get(succession["old_code"], effective))
        assert effective in months[succession["new_code"]]
    for code, effective in ends.items():
        assert max(months[code]) == (effective - timedelta(days=1)).replace(day=1)
    assert set(ends) == {"RTV", "RW6", "RBZ", "RA4", "RVY", "RAP"}
