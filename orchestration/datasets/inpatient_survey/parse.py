"""Read the trust-level benchmark workbook of the NHS Adult Inpatient Survey.

Belongs here: finding the tables by their headings, joining bases to scores, the year of the survey, and which question
is which in a known questionnaire. Does not: judging values, choosing measures (dbt).

Question numbers move from one year's questionnaire to the next and no sheet has the wording. A questionnaire is known
by the set of its scored questions; scores of another one are loaded without a topic.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.datasets.protocol import Malformed, Parsed, SourceFile, Table
from orchestration.datasets.reading import clean
from orchestration.datasets.worksheets import cell_text, read_workbook
from orchestration.errors import FileRefused, NotOfThisDataset

CODE, NAME, YEAR = "TrustCode", "trustname", "SurveyYear"
ENGLAND = "England"
SECTION_HAS_NO_BASE = "n/a"
SCORE = re.compile(r"mean([QS]\w+)")
TRUST_BASE, NATIONAL_BASE = re.compile(r"(Q\w+)_tres"), re.compile(r"(Q\w+)_res")
EXTREME = re.compile(r"([QS]\w+)_min")
COMPARED = re.compile(r"([QS]\w+)_mean_H\d?")
SURVEY_TITLE = re.compile(r"Inpatients?\s+Survey[^0-9]{0,40}(20\d\d)", re.IGNORECASE)
YEAR_IN_NAME = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
LIMITS = ("90", "95", "99")
NATIONAL_NAMES = {
    "n_tpat": "respondents",
    "n_pat": "respondents",
    "tr_rate": "response_rate",
    "r_rate": "response_rate",
}
QUESTIONS_2022 = (
    "2 4 5_1 5_2 5_4 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 31 32 33 34 35 36 37 38 39 40 "
    "41 42 44 45 46 47 51"
)
QUESTIONNAIRES: Mapping[frozenset[str], Mapping[str, str]] = {
    frozenset(f"Q{number}" for number in QUESTIONS_2022.split()): {
        "Q45": "respect_and_dignity",
        "Q46": "overall_experience",
        "Q47": "asked_for_views",
    },
}

Rows = Sequence[Sequence[object]]


@dataclass(frozen=True)
class Block:
    """One table of the workbook: a header row of variable names and its records."""

    header: tuple[str, ...]
    records: tuple[tuple[str, ...], ...]

    def cell(self, record: Sequence[str], name: str) -> str | None:
        """The record's cell under a heading; None when it is blank or the heading is not there."""
        return (record[self.header.index(name)] or None) if name in self.header else None

    def items(self, pattern: re.Pattern[str]) -> list[tuple[str, str]]:
        """(heading, question or section) of each heading that the pattern matches whole."""
        return [(heading, match[1]) for heading in self.header if (match := pattern.fullmatch(heading))]


def parse(source: SourceFile) -> Parsed:
    """Scores by survey year, trust and question or section, England's bases and extremes, profiles of respondents."""
    sheets = read_workbook(source.path, source.name)
    blocks = {name: _block(rows) for name, rows in sheets.items()}
    scores = _the_one(source, blocks, SCORE, "scores (headings TrustCode, meanQ…)")
    bases = _the_one(source, blocks, TRUST_BASE, "respondents by trust (headings TrustCode, Q…_tres)")
    national = _the_one(source, blocks, NATIONAL_BASE, "respondents of England (headings Q…_res)")
    extremes = _the_one(source, blocks, EXTREME, "lowest and highest scores (headings Q…_min)")
    compared = [block for block in blocks.values() if YEAR in block.header and block.items(COMPARED)]
    year = _year_of(source, sheets)
    topics, notes = _topics(scores)
    read = {id(block) for block in (scores, bases, national, extremes, *compared)}
    unread = [name for name, block in blocks.items() if id(block) not in read and CODE in block.header]
    return Parsed(
        layout="benchmark_workbook",
        tables={
            "scores": _scores(source, year, topics, scores, bases, compared),
            "national": _national(year, topics, national, extremes),
            "profiles": _profiles(year, bases, national),
        },
        period_start=date(year, 1, 1),
        period_end=date(year, 12, 31),
        period_label=str(year),
        notes=notes + ((f"tables of trusts that are not read: {unread}",) if unread else ()),
    )


def _block(rows: Rows) -> Block:
    header = tuple(clean(cell_text(cell)) for cell in rows[0]) if rows else ()
    records = (tuple(_text(cell) for cell in row) for row in rows[1:])
    return Block(header, tuple(record for record in records if any(record)))


def _text(cell: object) -> str:
    """A cell as text; a count that the workbook holds with binary noise (20590.000000000004) is the whole number."""
    if isinstance(cell, float) and cell != round(cell) and abs(cell) > 20 and abs(cell - round(cell)) < 1e-6:
        cell = float(round(cell))
    return clean(cell_text(cell))


def _the_one(source: SourceFile, blocks: Mapping[str, Block], pattern: re.Pattern[str], what: str) -> Block:
    """The one table that has such headings; refuses a workbook without it, or with two."""
    wants_code = pattern in (SCORE, TRUST_BASE)
    found = {
        name: block
        for name, block in blocks.items()
        if block.items(pattern) and (not wants_code or CODE in block.header)
    }
    if not found and pattern is SCORE:
        raise NotOfThisDataset(f"{source.name}: no sheet holds {what}; it has the sheets {sorted(blocks)}")
    if len(found) != 1:
        raise FileRefused(f"{source.name}: {len(found)} sheets hold {what}, {sorted(found)}; one must")
    return next(iter(found.values()))


def _year_of(source: SourceFile, sheets: Mapping[str, Rows]) -> int:
    """Year of the survey from the title in the workbook, else from the file's name."""
    for rows in sheets.values():
        for row in rows[:3]:
            if match := SURVEY_TITLE.search(clean(cell_text(row[0])) if row else ""):
                return int(match[1])
    years = set(YEAR_IN_NAME.findall(source.name))
    if len(years) != 1:
        raise FileRefused(
            f"{source.name}: no sheet begins with a title like 'NHS Adult Inpatient Survey 2022' and the name gives "
            f"{sorted(years) or 'no year'}; keep the publisher's name and load the file again"
        )
    return int(years.pop())


def _topics(scores: Block) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Topic by question of the questionnaire, when it is known, and a note when it is not."""
    questions = frozenset(item for _, item in scores.items(SCORE) if item.startswith("Q"))
    if questions in QUESTIONNAIRES:
        return QUESTIONNAIRES[questions], ()
    note = (
        f"a questionnaire that is not known yet ({len(questions)} scored questions): scores are loaded, none becomes a "
        "measure until its question numbers are added to QUESTIONNAIRES"
    )
    return {}, (note,)


def _scores(
    source: SourceFile,
    year: int,
    topics: Mapping[str, str],
    scores: Block,
    bases: Block,
    compared: Sequence[Block],
) -> Table:
    rows = [*_own_rows(year, scores, bases)]
    for block in compared:
        rows += _compared_rows(source, block)
    for number, row in enumerate(rows, start=1):
        row["topic"] = topics.get(row["item"] or "")
        row["source_row"] = str(number)
    with_score = {scores.cell(record, CODE) for record in scores.records}
    lost = [record for record in bases.records if bases.cell(record, CODE) not in with_score]
    malformed = tuple(
        Malformed(len(rows) + number, "base_without_score", "organisation_code", bases.cell(record, CODE) or "")
        for number, record in enumerate(lost, start=1)
    )
    return _table(rows, malformed)


Row = dict[str, str | None]


def _own_rows(year: int, scores: Block, bases: Block) -> Iterator[Row]:
    """A row per trust and question or section of the survey's own year."""
    base_of = {bases.cell(record, CODE): record for record in bases.records}
    for record in scores.records:
        base = base_of.get(scores.cell(record, CODE))
        for heading, item in scores.items(SCORE):
            asked = bases.cell(base, f"{item}_tres") if base is not None else None
            yield {
                **_identity(year, scores, record, item),
                "compared_with": None,
                "organisation_respondents": scores.cell(record, "n_tpat"),
                "respondents": asked if item.startswith("Q") else SECTION_HAS_NO_BASE,
                "score": scores.cell(record, heading),
                **{f"lower_{limit}": scores.cell(record, f"ll{limit}{item}") for limit in LIMITS},
                **{f"upper_{limit}": scores.cell(record, f"ul{limit}{item}") for limit in LIMITS},
                "band": scores.cell(record, f"band{item}"),
                "z_score": scores.cell(record, f"{item}_Zfinal"),
                "change": None,
            }


def _compared_rows(source: SourceFile, block: Block) -> list[Row]:
    """A row per trust and question of an earlier year, as the workbook restates it for comparison."""
    blank = {f"{side}_{limit}": None for side in ("lower", "upper") for limit in LIMITS}
    respondents = next((heading for heading in block.header if heading.startswith("n_tpat")), "n_tpat")
    rows: list[Row] = []
    for record in block.records:
        label = block.cell(record, YEAR) or ""
        if not re.fullmatch(r"20\d\d", label):
            raise FileRefused(f"{source.name}: {YEAR} should be a year like 2021, not {label!r}")
        for heading, item in block.items(COMPARED):
            rows.append(
                {
                    **_identity(int(label), block, record, item),
                    "compared_with": "later_survey",
                    "organisation_respondents": block.cell(record, respondents),
                    "respondents": block.cell(record, f"{item}_Base_unw"),
                    "score": block.cell(record, heading),
                    **blank,
                    "band": None,
                    "z_score": None,
                    "change": block.cell(record, f"{item}_sig"),
                }
            )
    return rows


def _identity(year: int, block: Block, record: Sequence[str], item: str) -> Row:
    return {
        "period_start": f"{year}-01-01",
        "period_end": f"{year}-12-31",
        "organisation_code": block.cell(record, CODE),
        "organisation_name": block.cell(record, NAME),
        "item": item,
    }


def _national(year: int, topics: Mapping[str, str], national: Block, extremes: Block) -> Table:
    """A row per question or section for England: base, lowest and highest score of a trust."""
    base, ends = national.records[0], extremes.records[0]
    items = dict.fromkeys([item for _, item in national.items(NATIONAL_BASE)] + [i for _, i in extremes.items(EXTREME)])
    rows: list[Row] = [
        {
            "period_start": f"{year}-01-01",
            "period_end": f"{year}-12-31",
            "item": item,
            "topic": topics.get(item),
            "respondents": national.cell(base, f"{item}_res") if item.startswith("Q") else SECTION_HAS_NO_BASE,
            "lowest_score": extremes.cell(ends, f"{item}_min"),
            "highest_score": extremes.cell(ends, f"{item}_max"),
            "source_row": str(number),
        }
        for number, item in enumerate(items, start=1)
    ]
    return _table(rows)


def _profiles(year: int, bases: Block, national: Block) -> Table:
    """A row per organisation and characteristic of its respondents, England among them."""
    rows: list[Row] = []
    for block, pattern in ((bases, TRUST_BASE), (national, NATIONAL_BASE)):
        for record in block.records:
            code = block.cell(record, CODE) if block is bases else ENGLAND
            name = block.cell(record, NAME) if block is bases else ENGLAND
            for heading in block.header:
                if heading and heading not in (CODE, NAME) and not pattern.fullmatch(heading):
                    rows.append(
                        {
                            "period_start": f"{year}-01-01",
                            "period_end": f"{year}-12-31",
                            "organisation_code": code,
                            "organisation_name": name,
                            "characteristic": NATIONAL_NAMES.get(heading, re.sub(r"_t?pc$", "", heading)),
                            "value": block.cell(record, heading),
                            "source_row": str(len(rows) + 1),
                        }
                    )
    return _table(rows)


def _table(rows: Sequence[Row], malformed: tuple[Malformed, ...] = ()) -> Table:
    import pandas as pd

    frame = pd.DataFrame(rows, dtype="object")
    frame["source_row"] = frame["source_row"].astype("int64")
    return Table(frame, len(rows) + len(malformed), {}, malformed)
