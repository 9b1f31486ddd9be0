"""Whatever a register holds, an import loses no row, invents nothing and gives the same bytes for the same records.

Belongs here: properties of the import of any grid. Does not: forms of dates (test_qi_dates.py), the shipped maps on
their shapes (test_qi_maps.py).
"""

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile
from orchestration.datasets.qi_projects.parse import parse
from orchestration.datasets.records import plain_text
from orchestration.qi_logs.columnmaps import RegisterMap
from orchestration.qi_logs.grids import Grid
from orchestration.qi_logs.importing import (
    NOT_ARCHIVED,
    Imported,
    canonical_bytes,
    import_grids,
    organisations_in,
    placed_words,
)

TODAY = date(2026, 11, 1)
SPEC = dataset_spec("qi_projects")
OWN = RegisterMap.model_validate(
    {
        "map": "own", "title": "Own", "date_order": "day_first", "personal": ["Lead"],
        "tables": [
            {
                "columns": [
                    {"field": "project_ref", "headings": ["Ref"]},
                    {"field": "title", "headings": ["Title"]},
                    {"field": "aim", "headings": ["Aim"]},
                    {"field": "status", "headings": ["Status"], "words": {"green": "active"}},
                    {"field": "implemented_on", "headings": ["In use"]},
                    {"field": "progress_score", "headings": ["Score"]},
                    {"field": "sites.organisation_as_written", "headings": ["Where"], "separator": ";"},
                ]
            }
        ],
    }
)  # fmt: skip
HEADINGS = ["Ref", "Title", "Aim", "Status", "In use", "Score", "Where", "Lead"]
NASTY = (
    '=HYPERLINK("http://x","y")', "+1+1", "@SUM(A1)", "-2+3", "<script>alert(1)</script>",
    "'; DROP TABLE projects; --",
    "a\r\nb", 'he said "no", twice', "\U0001f680 up", "null", "[not archived]", "\ufeffodd",
)  # fmt: skip
texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=30))
cells = st.tuples(
    st.one_of(st.from_regex(r"[A-Z]{1,2}-?[0-9]{1,4}", fullmatch=True), texts),
    texts,
    texts,
    st.one_of(st.sampled_from(["green", "On hold", "completed", "n/a", ""]), texts),
    st.one_of(st.sampled_from(["01/04/2023", "April 2023", "2022/23", "31/02/2023", "soon", "TBC", "45017"]), texts),
    st.one_of(st.sampled_from(["2.5", "3 - modest", "9", ""]), texts),
    st.one_of(st.sampled_from(["RYJ", "RYJ; RJ1", "St Mary's", ""]), texts),
    texts,
)
tables = st.lists(cells.map(lambda row: [cell.strip() for cell in row]), max_size=12)


def imported(rows: list[list[str]], headings: list[str] | None = None) -> Imported:
    return import_grids([Grid("", 1, [headings or HEADINGS, *rows])], "SYNTHETIC log.csv", OWN, today=TODAY)


def read_back(content: bytes) -> Parsed:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "canonical.csv"
        path.write_bytes(content)
        return parse(SourceFile(path, "canonical.csv"))


@settings(max_examples=80, deadline=None)
@given(tables)
def test_no_row_is_lost(rows: list[list[str]]) -> None:
    records = imported(rows).records["projects"]
    filled = [number for number, row in enumerate(rows, start=2) if any(row)]
    assert [record.row for record in records] == filled


@settings(max_examples=80, deadline=None)
@given(tables)
def test_the_canonical_form_is_the_same_for_the_same_rows_and_reads_back(rows: list[list[str]]) -> None:
    done = imported(rows)
    content = canonical_bytes(done)
    assert content == canonical_bytes(imported(rows))
    parsed = read_back(content)
    for entity, records in done.records.items():
        table = parsed.tables[entity]
        good = [record for record in records if not record.rule]
        assert table.read == len(records)
        assert [(bad.rule, bad.column) for bad in table.malformed] == [(r.rule, r.column) for r in records if r.rule]
        for row, record in zip(table.frame.to_dict("records"), good, strict=True):
            for column in SPEC.entity(entity).columns:
                meant = record.values.get(column.name) or None
                assert row[column.name] in (meant, NOT_ARCHIVED) or row[column.name] != row[column.name]


@settings(max_examples=60, deadline=None)
@given(tables, st.permutations(range(len(HEADINGS))))
def test_the_order_of_columns_changes_nothing(rows: list[list[str]], order: list[int]) -> None:
    shuffled = imported([[row[at] for at in order] for row in rows], [HEADINGS[at] for at in order])
    plain = imported(rows)
    for entity in plain.records:
        one = [(r.row, bool(r.rule), {k: v for k, v in r.values.items() if v}) for r in plain.records[entity]]
        other = [(r.row, bool(r.rule), {k: v for k, v in r.values.items() if v}) for r in shuffled.records[entity]]
        assert one == other


@settings(max_examples=80, deadline=None)
@given(texts)
def test_text_of_any_kind_stays_text(text: str) -> None:
    row = ["P-1", text.strip(), "", "green", "", "", "", ""]
    parsed = read_back(canonical_bytes(imported([row])))
    kept = parsed.tables["projects"].frame["title"].iloc[0]
    wanted = plain_text(text.strip(), 200)
    assert (kept or "") == wanted.strip()


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(categories=("L", "N")), min_size=6, max_size=20))
def test_no_message_and_no_quarantine_repeats_a_cell(secret: str) -> None:
    marked = f"zq{secret}qz"
    done = imported(
        [["P-1", "title", "", marked, marked, marked, "", marked], ["no ref", "t", "", "", "", marked, "", ""]]
    )
    said = [f"{m.place} {m.column} {m.rule}" for m in done.messages]
    said += [f"{r.rule} {r.column}" for records in done.records.values() for r in records if r.rule]
    assert not any(marked in text for text in said)
    assert marked.encode() not in canonical_bytes(done)


def test_a_status_that_is_no_date_is_still_a_status() -> None:
    column = OWN.tables[0].columns[3]
    status = SPEC.entity("projects").column("status")
    assert placed_words(column, status, "On hold") == "paused"
    assert placed_words(column, status, "n/a") == "unknown"
    assert placed_words(column, status, "Fab") == ""


def test_codes_in_one_cell_are_parted_and_names_are_not() -> None:
    assert organisations_in("RYJ & RJ1", ";") == ["RYJ", "RJ1"]
    assert organisations_in("RYJ, RJ1/RRV; Vellmere Hospitals", ";") == ["RYJ", "RJ1", "RRV", "Vellmere Hospitals"]
    assert organisations_in("Guy's and St Thomas', London", ";") == ["Guy's and St Thomas', London"]


def test_headings_that_stand_again_in_two_rows_are_quarantined_and_no_project() -> None:
    chosen = OWN.model_copy(update={"heading_rows": 2, "tables": (_grouped(),)})
    rows = [["Project", ""], ["Ref", "Title"], ["1", "one"], ["Project", ""], ["Ref", "Title"], ["2", "two"]]
    done = import_grids([Grid("A", 1, rows)], "SYNTHETIC log.xlsx", chosen, today=TODAY)
    assert [(r.row, r.rule) for r in done.records["projects"]] == [
        (3, ""),
        (4, "headings_again"),
        (5, "headings_again"),
        (6, ""),
    ]


def _grouped() -> object:
    table = OWN.tables[0]
    columns = tuple(
        column.model_copy(update={"headings": tuple(f"Project: {title}" for title in column.headings)})
        for column in table.columns
    )
    return table.model_copy(update={"columns": columns})
