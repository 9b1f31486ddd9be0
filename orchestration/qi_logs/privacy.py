"""Screen a QI log for personal data before anything of it is archived or logged.

Belongs here: finding NHS numbers, e-mail addresses and telephone numbers in any cell. Does not: deciding what happens
to the file (intake.py) or which columns are loaded (the spec).

A hit says where, never what: no function here returns, raises or prints a value of the file.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from orchestration.datasets.qi_projects.parse import column_letter, is_workbook
from orchestration.datasets.reading import MAX_FIELD_CHARACTERS, decode
from orchestration.datasets.worksheets import cell_text
from orchestration.errors import FileRefused

Rule = Literal["nhs_number", "email_address", "uk_phone_number"]

SEPARATORS = r"[\s\-./_]{0,3}"
TEN_DIGITS = re.compile(rf"(?<!\d)(?=(\d(?:{SEPARATORS}\d){{9}})(?!\d))")
EMAIL = re.compile(r"[\w.%+'-]+\s?@\s?[\w-]+(?:\.[\w-]+)*\.[^\W\d_][\w-]+")
UK_PHONE = re.compile(r"(?<![\d.])(?:\+44[\s-]?(?:\(0\)[\s-]?)?|\(?0)[12378](?:[\s()-]{0,2}\d){8,9}(?!\d)")
DATE_OR_DECIMAL = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?|-?\d{1,3}\.\d+")


@dataclass(frozen=True)
class Hit:
    """Where something that looks like personal data stands; ``row`` and ``column`` as a spreadsheet names them.

    ``row`` 0 means the name of the sheet or, with ``sheet`` empty and ``column`` empty, the name of the file.
    """

    rule: Rule
    sheet: str
    row: int
    column: str


@dataclass(frozen=True)
class _Grid:
    """One table of a file, headings included, hidden sheets too."""

    sheet: str
    rows: Sequence[Sequence[str]]


def screen_file(path: Path, name: str) -> list[Hit]:
    """All hits in the file, its sheet names and its name, in order of place; empty when it may be archived.

    Raises FileRefused when the file is neither text nor a readable workbook.
    """
    hits = [Hit(rule, "", 0, "") for rule in rules_hit(name)]
    for position, grid in enumerate(_grids(path, name), start=1):
        withheld = list(rules_hit(grid.sheet))
        sheet = f"sheet {position}" if withheld else grid.sheet
        hits += [Hit(rule, sheet, 0, "") for rule in withheld]
        for number, row in enumerate(grid.rows, start=1):
            for index, text in enumerate(row):
                hits += [Hit(rule, sheet, number, column_letter(index)) for rule in rules_hit(text)]
    return hits


def rules_hit(text: str) -> Iterator[Rule]:
    """The rules that ``text`` breaks, each once."""
    if not text or DATE_OR_DECIMAL.fullmatch(text):
        return
    plain = _plain(text)
    if _has_nhs_number(plain):
        yield "nhs_number"
    if "@" in plain and EMAIL.search(plain):
        yield "email_address"
    if UK_PHONE.search(plain):
        yield "uk_phone_number"


def _plain(text: str) -> str:
    """Compatibility forms folded, invisible characters removed, digits of any script and any dash as ASCII."""
    if text.isascii():
        return text
    folded = []
    for character in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(character)
        if category == "Nd":
            folded.append(str(unicodedata.decimal(character)))
        elif category == "Pd" or character == "\u2212":
            folded.append("-")
        elif category != "Cf":
            folded.append(character)
    return "".join(folded)


def _has_nhs_number(text: str) -> bool:
    """Ten digits in any spacing whose last is the modulus 11 check digit of the others."""
    candidates = TEN_DIGITS.findall(text)
    if not candidates:
        return False
    from nhs_number.validate import is_valid

    return any(is_valid(re.sub(r"\D", "", candidate)) for candidate in candidates)


def _grids(path: Path, name: str) -> Iterator[_Grid]:
    if is_workbook(path):
        yield from _workbook_grids(path)
        return
    text, _ = decode(path.read_bytes(), "the file" if list(rules_hit(name)) else name)
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    try:
        yield _Grid("", list(csv.reader(io.StringIO(text, newline=""))))
    except csv.Error:
        yield _Grid("", [[line] for line in text.splitlines()])


def _workbook_grids(path: Path) -> Iterator[_Grid]:
    """Every sheet of the workbook, hidden ones too."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        for meta in workbook.sheets_metadata:
            if meta.typ == SheetTypeEnum.WorkSheet:
                cells = workbook.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
                yield _Grid(meta.name, [[cell_text(cell) for cell in row] for row in cells])
    except (CalamineError, OSError):
        raise FileRefused("the workbook cannot be opened; is it damaged or password protected?") from None
