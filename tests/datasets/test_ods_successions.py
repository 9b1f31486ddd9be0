"""The parser of organisation successions, and the reviewed seed against the months of A&E that show it."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.ae_monthly.parse import parse as parse_month
from orchestration.datasets.geography_lookups.parse import parse as parse_lookup
from orchestration.datasets.ods_successions.parse import parse
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.validation.validate import Validated, validate

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
    path = tmp_path / "lookup.csv"
    path.write_text("LAD22CD,LAD22NM\nE06990001,A\n", encoding="utf-8")
    with pytest.raises(NotOfThisDataset, match="LAD22CD"):
        parse(SourceFile(path, path.name))


def read(path: Path) -> tuple[Parsed, Validated]:
    """A file parsed, and its one table validated."""
    parsed = parse(SourceFile(path, path.name))
    ((name, table),) = parsed.tables.items()
    return parsed, validate(dataset_spec("ods_successions").entity(name), table)


def test_the_registers_own_file_has_no_header_and_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "succ.csv"
    path.write_text('"ZZ1","ZZ2","MG","20260401","1"\n"ZZ3","Z9Z9Z","","20260401",""\n', encoding="utf-8")
    parsed, validated = read(path)
    rows = validated.frame[["old_code", "new_code", "reason"]].fillna("").to_numpy().tolist()
    assert rows == [["ZZ1", "ZZ2", "MG"], ["ZZ3", "Z9Z9Z", ""]]
    assert (parsed.layout, parsed.period_label) == ("succ_5", "successions 2026-04-01 to 2026-04-01")


def test_a_table_without_a_readable_date_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "succ.csv"
    path.write_text("old_code,new_code,date\nZZ1,ZZ2,1 April\n", encoding="utf-8")
    with pytest.raises(FileRefused, match="no succession has a date"):
        parse(SourceFile(path, path.name))


def test_a_step_of_a_chain_that_is_not_there_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "paths.csv"
    steps = ",".join(f"new_code_{step},date_change_{step},change_type_{step}" for step in (1, 2, 3))
    head = f"old_code,new_code_0,{steps},final_code,experiences_split"
    rows = (
        "ZZ1,ZZ1,ZZ2,2015-04-01,merger,NA,NA,NA,NA,NA,NA,ZZ2,0",
        "ZZ3,ZZ9,ZZ4,2015-04-01,split,NA,NA,NA,NA,NA,NA,ZZ4,1",
    )
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    _, validated = read(path)
    assert (validated.read, len(validated.frame), validated.quarantined_rows) == (2, 1, 1)
    assert validated.frame["new_code_2"].isna().all()


def test_every_published_table_loads(real_data: Path) -> None:
    counts = {}
    for path in sorted((real_data / "ods_successions").glob("*.csv")):
        parsed, validated = read(path)
        assert validated.quarantined_rows == 0
        counts[parsed.layout] = (validated.read, len(validated.frame), sum(validated.ignored.values()))
    assert counts == {"chains": (677, 677, 0), "pairs": (25481, 25442, 39), "mergers": (11, 11, 0)}


def test_every_reviewed_succession_is_where_the_published_months_say(real_data: Path) -> None:
    """An old code appears for the last time in the month before its last succession; the new code is there after it."""
    months: dict[str, set[date]] = {}
    for path in sorted((real_data / "ae_monthly").glob("*.csv")):
        parsed = parse_month(SourceFile(path, path.name))
        for code in parsed.tables["attendances"].frame["organisation_code"]:
            months.setdefault(code, set()).add(parsed.period_start)
    with SEED.open(encoding="utf-8", newline="") as stream:
        reviewed = [row for row in csv.DictReader(stream) if "A&E monthly" in row["source"]]
    ends: dict[str, date] = {}
    for succession in reviewed:
        effective = date.fromisoformat(succession["effective_on"])
        ends[succession["old_code"]] = max(effective, ends.get(succession["old_code"], effective))
        assert effective in months[succession["new_code"]]
    for code, effective in ends.items():
        assert max(months[code]) == (effective - timedelta(days=1)).replace(day=1)
    assert set(ends) == {"RTV", "RW6", "RBZ", "RA4", "RVY", "RAP"}


def test_the_shares_of_a_split_make_a_whole_where_they_are_known() -> None:
    shares: dict[str, list[str]] = {}
    with SEED.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["relation"] == "split":
                shares.setdefault(row["old_code"], []).append(row["share"])
    assert len(shares["QNQ"]) == 3
    for known in shares.values():
        assert len(known) > 1
        assert not any(known) or (all(known) and abs(sum(map(float, known)) - 1) < 1e-9)


def test_forty_two_boards_become_thirty_six(real_data: Path) -> None:
    """Twelve of the boards in the published list of 2024 end on 1 April 2026, six new ones begin."""
    path = real_data / "geography_lookups" / "icb_names_codes_dec_2024.csv"
    table = parse_lookup(SourceFile(path, path.name)).tables["icb_codes"]
    before = set(table.frame["icb_ods_code"])
    with SEED.open(encoding="utf-8", newline="") as stream:
        pairs = [
            row for row in csv.DictReader(stream) if row["effective_on"] == "2026-04-01" and row["old_code"] in before
        ]
    ended, heirs = {row["old_code"] for row in pairs}, {row["new_code"] for row in pairs}
    assert (len(before), len(ended), len(heirs - before)) == (42, 12, 6)
    assert len((before - ended) | heirs) == 36
