"""Screen a QI log for personal data before anything of it is archived or logged.

Belongs here: finding NHS numbers, e-mail addresses, telephone numbers, postcodes, dates of birth and names beside roles
in any cell, and columns whose heading asks for such data. Does not: what a name looks like (names.py), deciding what
happens to the file (intake.py) or which columns are loaded (the spec).

A hit says where, never what: no function here returns, raises or prints a value of the file. The screen leans to
holding a file too often; what it cannot find is told in docs/qi-privacy.md.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from orchestration.datasets.records import column_letter
from orchestration.qi_logs.dates import HumanDate, is_silent, read_date
from orchestration.qi_logs.grids import read_grids
from orchestration.qi_logs.names import has_name_near_role

Rule = Literal[
    "nhs_number",
    "email_address",
    "uk_phone_number",
    "uk_postcode",
    "date_of_birth",
    "name_near_role",
    "personal_column",
]
Kind = Literal["text", "organisation"]

DIGIT = re.compile(r"[0-9]")
SEPARATORS = r"[\s\-./\\_,|]{0,3}"
TEN_DIGITS = re.compile(rf"(?<!\d)(?=(\d(?:{SEPARATORS}\d){{9}})(?!\d))")
# in groups of three, three and four, as NHS numbers are printed, anything but a letter may stand between
THREE_THREE_FOUR = re.compile(r"(?<!\d)(?=(\d{3}[^\w]{1,6}\d{3}[^\w]{1,6}\d{4})(?!\d))")
EMAIL = re.compile(
    r"[\w.%+'-]{1,64}\s{0,3}(?:@|[\[(]\s?at\s?[\])])\s{0,3}[\w-]+(?:\.[\w-]+)*\.[^\W\d_][\w-]+", re.IGNORECASE
)
UK_PHONE = re.compile(
    r"(?<![\d.])(?:\(?(?:\+|00)\s?44\)?[\s-]?(?:\(0\)[\s-]?)?|\(?0)[12378](?:[\s()./-]{0,3}\d){8,9}(?!\d)"
)
DATE_OR_DECIMAL = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?|-?\d{1,3}\.(?!\d{7}$)\d+")

# dates and financial years, which put beside other numbers could look like one long number
_DAY_AND_MONTH = r"(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|[12]\d|3[01])"
FULL_DATE = re.compile(
    rf"(?<!\d)(?:{_DAY_AND_MONTH}\1(?:19|20)\d\d|(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12]\d|3[01]))"
    r"(?!\d)"
)
YEARS = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/]((?:19|20)?\d\d)(?!\d)")
SHORT_DATE = re.compile(rf"(?<!\d){_DAY_AND_MONTH}\1\d\d(?!\d)")

POSTCODE = re.compile(
    r"(?<!\w)(?<!\w[-_])([a-z]{1,2})(\d[a-z\d]?)(?:\s{0,3}|\s?-\s?)(\d[abd-hjlnp-uw-z]{2})(?!\w|[-_]\w)", re.IGNORECASE
)
POSTCODE_AREAS = frozenset(
    [
        "AB",
        "AL",
        "B",
        "BA",
        "BB",
        "BD",
        "BF",
        "BH",
        "BL",
        "BN",
        "BR",
        "BS",
        "BT",
        "BX",
        "CA",
        "CB",
        "CF",
        "CH",
        "CM",
        "CO",
        "CR",
        "CT",
        "CV",
        "CW",
        "DA",
        "DD",
        "DE",
        "DG",
        "DH",
        "DL",
        "DN",
        "DT",
        "DY",
        "E",
        "EC",
        "EH",
        "EN",
        "EX",
        "FK",
        "FY",
        "G",
        "GL",
        "GU",
        "GY",
        "HA",
        "HD",
        "HG",
        "HP",
        "HR",
        "HS",
        "HU",
        "HX",
        "IG",
        "IM",
        "IP",
        "IV",
        "JE",
        "KA",
        "KT",
        "KW",
        "KY",
        "L",
        "LA",
        "LD",
        "LE",
        "LL",
        "LN",
        "LS",
        "LU",
        "M",
        "ME",
        "MK",
        "ML",
        "N",
        "NE",
        "NG",
        "NN",
        "NP",
        "NR",
        "NW",
        "OL",
        "OX",
        "PA",
        "PE",
        "PH",
        "PL",
        "PO",
        "PR",
        "RG",
        "RH",
        "RM",
        "S",
        "SA",
        "SE",
        "SG",
        "SK",
        "SL",
        "SM",
        "SN",
        "SO",
        "SP",
        "SR",
        "SS",
        "ST",
        "SW",
        "SY",
        "TA",
        "TD",
        "TF",
        "TN",
        "TQ",
        "TR",
        "TS",
        "TW",
        "UB",
        "W",
        "WA",
        "WC",
        "WD",
        "WF",
        "WN",
        "WR",
        "WS",
        "WV",
        "YO",
        "ZE",
    ]
)
# only inner London has districts with a letter
LETTERED_DISTRICTS = frozenset({"E", "EC", "N", "NW", "SE", "SW", "W", "WC"})
# 'Ward B5 2nd floor', 'vitamin B12 5ug': small letters after capitals that count or measure
COUNTED = frozenset({"st", "nd", "rd", "th", "hr", "yr", "ug", "pt", "pa", "pp", "ft", "ed"})
COUNTABLE = re.compile(r"\s+(?:floor|cycle|audit|stage|phase|round|line|year|quarter|wave|test|visit|dose|day|week)")

_DATE = (
    r"(?:\d{1,2}\s?[-/. ]\s?\d{1,2}\s?[-/. ]\s?(?:\d{4}|\d{2})(?!\d)|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{8}(?!\d)|"
    r"\d{1,2}(?:st|nd|rd|th)?[-/., ]{0,3}(?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
    r"[-/., ]{0,3}\d{2,4}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[-/. ]{1,3}\d{1,2}"
    r"(?:st|nd|rd|th)?[-/., ]{1,3}\d{2,4})"
)
_BIRTH = r"(?<![a-z])(?:d\.?[ -]?o\.?[ -]?b(?![a-z])\.?|date[ _-]?of[ _-]?birth|birth[ _-]?dates?|birthday)"
_LINK = r"(?:[^\w]|\b(?:is|was|of|on|the|patient|pt|recorded|given|as)\b|_){0,8}"
BIRTH = re.compile(
    rf"{_BIRTH}{_LINK}{_DATE}|(?<!\d){_DATE}[^\w]{{0,4}}(?:is the )?{_BIRTH}|"
    rf"(?<![a-z])(?P<who>\w{{1,20}})?\s*\bborn\b[^\w]{{0,3}}(?:on\s+)?(?:the\s+)?[^\w]{{0,2}}{_DATE}"
)
BIRTH_WORDS = re.compile(r"b(?:irth|orn)|d\.?[ -]?o\.?[ -]?b")
# 'babies born 01/04/2023 to 30/06/2023' tells of a group
GROUPS = frozenset(
    [
        "babies",
        "infants",
        "children",
        "people",
        "those",
        "women",
        "men",
        "patients",
        "adults",
        "neonates",
        "all",
        "cohort",
        "staff",
        "newborns",
        "residents",
    ]
)

# characters that are drawn as nothing though they are letters or signs
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
HEADING_ROWS = 20
ABOVE_A_HEADING = 2
_NUMBER = r"(?:number|numbers|no|nos|num|id|ids|identifier)"
PERSONAL_HEADING = re.compile(
    rf"(?:patients?|service users?|clients?|residents?|participants?|carers?|child|childs|baby|babys|mothers?|"
    rf"relatives?|next of kin)s? (?:full )?(?:names?|surname|forenames?|(?:first|last|family|given) name|initials|"
    rf"{_NUMBER}|(?:home )?address|postcode|post code|phone|telephone|mobile|e ?mail|contact details|"
    rf"nhs {_NUMBER}|hospital {_NUMBER}|mrn|pas {_NUMBER})|"
    rf"(?:nhs|hospital|medical records?|case ?notes?|pas|chi|national insurance|ni|passport) {_NUMBER}|mrn|"
    r"surname|forenames?|(?:first|last|family|given|full) names?|home address"
)
BIRTH_HEADING = re.compile(
    r"(?:(?:patients?|service users?|clients?|babys?|childs?) )?(?:d ?o ?b|dates? of birth|birth ?dates?)"
)
PERSON_HEADING = re.compile(
    r"(?:name of )?(?:(?:project|clinical|team|audit|qi|medical|nursing|executive|programme|improvement|main|key) )*"
    r"(?:leads?|leaders?|owners?|contacts?|managers?|supervisors?|sponsors?|authors?|coach|coaches|consultants?|"
    r"facilitators?|coordinators?|investigators?|pi|champions?|presenters?|collaborators?|members?)"
    r"(?: (?:names?|person|clinician|nurse|doctor))?|(?:submitted|registered|completed|entered) by|staff names?"
)
NOT_PERSONAL = frozenset(
    [
        "removed",
        "redacted",
        "withheld",
        "deleted",
        "anonymised",
        "yes",
        "no",
        "y",
        "n",
        "x",
        "xx",
        "xxx",
        "true",
        "false",
        "recorded",
    ]
)


@dataclass(frozen=True)
class Hit:
    """Where something that looks like personal data stands; ``row`` and ``column`` as a spreadsheet names them.

    ``row`` 0 means the name of the sheet or, with ``sheet`` empty and ``column`` empty, the name of the file.
    """

    rule: Rule
    sheet: str
    row: int
    column: str


# 'Dr Smith and Partners', 'The Priory Surgery', not 'RYJ - contact Dr Smith'
ORGANISATION = re.compile(
    r"^\s*(?:dr|drs|doctors?)\b(?!.*\b(?:contact|lead|ask|email|tel)\b)|\b(?:partners?|surgery|practice|medical|health|"
    r"centre|clinic|associates|group|hospital|infirmary|trust|pharmacy|board|council)\b(?!.*\b(?:contact|lead|ask|patient)\b)",
    re.IGNORECASE,
)
AT = re.compile(r"[\[(]\s?at\s?[\])]", re.IGNORECASE)


def screen_file(path: Path, name: str) -> list[Hit]:
    """All hits in the file, its sheet names and its name, in order of place; empty when it may be archived.

    Raises FileRefused when the file is neither text nor a readable workbook.
    """
    hits = [Hit(rule, "", 0, "") for rule in rules_hit(name)]
    for grid in read_grids(path, "the file" if hits else name):
        sheet = f"sheet {grid.position}" if grid.sheet else ""
        hits += [Hit(rule, sheet, 0, "") for rule in rules_hit(grid.sheet)]
        hits += screen_cells(sheet, grid.rows)
    return hits


def screen_cells(
    sheet: str,
    rows: Sequence[Sequence[str]],
    *,
    exempt_columns: frozenset[int] = frozenset(),
    organisation_columns: frozenset[int] = frozenset(),
) -> list[Hit]:
    """All hits in one table, headings included, in order of place; columns are counted from 0.

    Exempt columns are those that a register's map declares to be personal: they are dropped unread, so they are not
    screened. Names in organisation columns are names of organisations ("Dr Smith and Partners").
    """
    seen: dict[Kind, dict[str, tuple[Rule, ...]]] = {"text": {}, "organisation": {}}
    found = set(_in_personal_columns(rows, exempt_columns))
    for number, row in enumerate(rows, start=1):
        for index, text in enumerate(row):
            if not text or index in exempt_columns:
                continue
            kind: Kind = "organisation" if index in organisation_columns else "text"
            known = seen[kind]
            rules = known.get(text)
            if rules is None:
                rules = known[text] = tuple(rules_hit(text, kind))
            if rules:
                found.update((number, index, rule) for rule in rules)
    return [Hit(rule, sheet, number, column_letter(index)) for number, index, rule in sorted(found)]


def rules_hit(text: str, kind: Kind = "text") -> Iterator[Rule]:
    """The rules that ``text`` breaks, each once; in a cell of an organisation the name of a practice breaks none."""
    if not text or text.isspace() or DATE_OR_DECIMAL.fullmatch(text):
        return
    plain = _plain(text)
    digits = len(DIGIT.findall(plain))
    if digits >= 10 and _has_nhs_number(_without_dates(plain)):
        yield "nhs_number"
    if ("@" in plain or AT.search(plain)) and EMAIL.search(plain):
        yield "email_address"
    if digits >= 10 and UK_PHONE.search(SHORT_DATE.sub(" D ", _without_dates(plain))):
        yield "uk_phone_number"
    if digits >= 2 and _has_postcode(plain):
        yield "uk_postcode"
    if digits >= 3 and _has_birth_date(plain.lower()):
        yield "date_of_birth"
    if (kind == "text" or not ORGANISATION.search(plain)) and has_name_near_role(plain):
        yield "name_near_role"


def _in_personal_columns(
    rows: Sequence[Sequence[str]], exempt_columns: frozenset[int]
) -> Iterator[tuple[int, int, Rule]]:
    """Row, column and rule of headings that ask for personal data and of what the heading tells about cells below."""
    for (number, index), heading in _headings(rows).items():
        below = [(at, row[index]) for at, row in enumerate(rows[number:], start=number + 1) if len(row) > index]
        filled = [(at, text) for at, text in below if not _is_placeholder(text)]
        if index in exempt_columns or not filled:
            continue
        if PERSON_HEADING.fullmatch(heading):
            yield from (
                (at, index, "name_near_role") for at, text in filled if has_name_near_role(f"lead: {_plain(text)}")
            )
            continue
        yield number, index, "personal_column"
        if BIRTH_HEADING.fullmatch(heading):
            yield from ((at, index, "date_of_birth") for at, text in filled if _is_birth_date(text))


def _headings(rows: Sequence[Sequence[str]]) -> Mapping[tuple[int, int], str]:
    """Headings that ask for persons, by row and column; at most two cells, titles of the table, stand above one."""
    found: dict[tuple[int, int], str] = {}
    above: dict[int, int] = {}
    for number, row in enumerate(rows[:HEADING_ROWS], start=1):
        for index, text in enumerate(row):
            if not text or text.isspace() or above.get(index, 0) > ABOVE_A_HEADING:
                continue
            above[index] = above.get(index, 0) + 1
            heading = _heading(text)
            if any(kind.fullmatch(heading) for kind in (PERSONAL_HEADING, BIRTH_HEADING, PERSON_HEADING)):
                found[number, index] = heading
    return found


def _heading(text: str) -> str:
    """A heading in small letters without signs: "Patient's D.O.B." → 'patients d o b'."""
    plain = re.sub(r"['\u2019`]|\([^)]*\)", "", _plain(text).lower())
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def _is_placeholder(text: str) -> bool:
    plain = text.strip(" .*-").lower()
    return not plain or plain in NOT_PERSONAL or is_silent(text)


def _is_birth_date(text: str) -> bool:
    """Whether a cell below 'date of birth' holds a date: one that is read, or figures in the shape of one."""
    return isinstance(read_date(text), HumanDate) or re.search(_DATE, _plain(text).lower()) is not None


def _has_postcode(text: str) -> bool:
    """A full postcode with the letters of an area; not an ordinal or a measure after a letter and a number."""
    for match in POSTCODE.finditer(text):
        area, district, inward = match.groups()
        if area.upper() not in POSTCODE_AREAS:
            continue
        if district[-1].isalpha() and area.upper() not in LETTERED_DISTRICTS:
            continue
        counted = inward[1:] in COUNTED and (area.isupper() or COUNTABLE.match(text, match.end()))
        if not counted:
            return True
    return False


def _has_birth_date(text: str) -> bool:
    if not BIRTH_WORDS.search(text):
        return False
    return any(match["who"] not in GROUPS for match in BIRTH.finditer(text))


def _plain(text: str) -> str:
    """Compatibility forms folded, invisible characters removed, digits of any script and any dash as ASCII."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_folded(character) for character in unicodedata.normalize("NFKC", text))


def _folded(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() or character.isspace() else ""
    category = unicodedata.category(character)
    if category in ("Nd", "No"):
        digit = unicodedata.digit(character, None)
        return character if digit is None else str(digit)
    if category == "Pd" or character == "\u2212":
        return "-"
    if category in ("Cf", "Mn", "Me") or character in BLANKS:
        return ""
    return character


def _without_dates(text: str) -> str:
    """The text with a letter for each date with four figures for its year and each financial year."""
    return YEARS.sub(_without_financial_year, FULL_DATE.sub(" D ", text))


def _without_financial_year(match: re.Match[str]) -> str:
    return " D " if str(int(match[1]) + 1).endswith(match[2]) else match[0]


def _has_nhs_number(text: str) -> bool:
    """Ten digits in any spacing whose last is the modulus 11 check digit of the others."""
    candidates = {*TEN_DIGITS.findall(text), *THREE_THREE_FOUR.findall(text)}
    if not candidates:
        return False
    from nhs_number.validate import is_valid

    return any(is_valid(re.sub(r"\D", "", candidate)) for candidate in candidates)
