"""How the site writes numbers, periods, strata and the terms of the marts.

Belongs here: formatting of single values and the plain words for closed vocabularies. Does not: choosing rows or
drawing.
"""

import math
import re
from datetime import date, timedelta

STATUS = {
    "suppressed": "suppressed",
    "missing_at_source": "missing at source",
    "combined_elsewhere": "combined elsewhere",
    "not_applicable": "not applicable",
}

DIMENSION = {
    "all": "all people",
    "deprivation": "deprivation",
    "ethnicity": "ethnic group",
    "sex": "sex",
    "age": "age",
}

GROUP = {
    "all": "People",
    "deprivation": "Deprivation group",
    "ethnicity": "Ethnic group",
    "sex": "Sex",
    "age": "Age group",
}

BASIS = {
    "patient_recorded": "as recorded for the patient",
    "patient_residence_area": "deprivation of the small area where the patient lives, not of the person",
    "practice_population_area": "deprivation of the areas where the practice's patients live, weighted by its list",
    "practice_postcode_area": "deprivation of the area where the practice stands",
    "organisation_profile": "profile of the organisation as a whole: it says nothing about groups inside it",
    "area_of_population": "deprivation of the area whose population is counted",
}

UNIT = {
    "percent": "percent",
    "per_1000": "per 1,000",
    "per_100000": "per 100,000",
    "count": "count",
    "weeks": "weeks",
    "days": "days",
    "score": "score",
}

GAP_UNIT = {"percent": "percentage points"}

DIRECTION = {
    "higher": "Higher is better.",
    "lower": "Lower is better.",
    "target": "Nearer to the target is better.",
    "none": "Neither higher nor lower is better as such.",
}

INTERVAL = {
    "wilson": "Wilson 95% intervals",
    "byar": "Byar's 95% intervals",
    "exact poisson": "exact Poisson 95% intervals",
}

ROUNDING = {
    "nearest_5": "Counts are rounded to the nearest 5 by the publisher.",
    "1to7_as_5": "Counts of 1 to 7 are printed as 5 and others rounded to the nearest 5 by the publisher.",
    "unknown": "The publisher's rounding is not known.",
}

ADJUSTMENT = {"crude": "Crude rates: not adjusted for age, sex or case mix."}

HANDLING = {
    "split": "the series is split here",
    "splice_refused": "the two sides are not joined",
    "mask": "these periods are left out of comparisons",
}

LEVEL = {
    "england": "England",
    "region": "regions",
    "icb": "ICBs",
    "sub_icb": "sub-ICBs",
    "provider": "providers",
    "pcn": "PCNs",
    "practice": "practices",
}

LICENCE = {
    "OGL-UK-3.0": "Open Government Licence v3.0",
    "MIT": "MIT licence",
    "user-supplied": "supplied by the user of this installation",
    "all-rights-reserved": "all rights reserved by the publisher; not passed on",
}

TERM = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")

ABBREVIATIONS = {
    "lad",
    "ua",
    "uk",
    "qi",
    "imd",
    "imd2015",
    "imd2019",
    "imd2025",
    "icb",
    "pcn",
    "ons",
    "ods",
    "gss",
    "nhs",
    "lsoa",
}

DECIMALS = {"percent": 1, "per_1000": 1, "per_100000": 1, "count": 0, "score": 2, "ratio": 2}


def status_word(status: str | None) -> str:
    """What stands in a cell that holds no number; never a digit."""
    if not status or status in ("value", "computed"):
        return "not available"
    return STATUS.get(status, ": ".join(plain(part) for part in status.split(":")))


def plain(term: str) -> str:
    """A snake_case term as words, abbreviations in capitals."""
    return " ".join(part.upper() if part in ABBREVIATIONS else part for part in term.split("_"))


def sentence(term: str) -> str:
    """A snake_case term as words that begin with a capital."""
    words = plain(term)
    return words[:1].upper() + words[1:]


def in_sentence(label: str) -> str:
    """A stratum's label inside a sentence: the site's own labels lose their capital, names keep it."""
    first = label.split()[0]
    return label[:1].lower() + label[1:] if first in ("Most", "Least", "Deprivation", "Not", "All") else label


def decimals(largest: float, unit: str) -> int:
    """Decimals that show a series of the unit whose largest value is ``largest``: small rates need more."""
    usual = DECIMALS.get(unit, 1)
    if unit == "count" or largest >= 2:
        return usual
    return usual + 1 if largest >= 0.2 else usual + 2


def number(value: float | None, unit: str, places: int | None = None) -> str:
    """A value in the decimals of its unit (or ``places``), without the unit; an empty string for no value."""
    if value is None or math.isnan(value):
        return ""
    text = f"{value:,.{DECIMALS.get(unit, 1) if places is None else places}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def with_unit(value: float | None, unit: str, places: int | None = None) -> str:
    """A value with its unit, as in a headline: 48.1%, 5.2 per 1,000."""
    text = number(value, unit, places)
    if not text:
        return ""
    if unit == "percent":
        return f"{text}%"
    return f"{text} {UNIT[unit]}" if unit.startswith("per_") or unit in ("weeks", "days") else text


def gap_unit(unit: str) -> str:
    """The unit of a difference of two values."""
    return GAP_UNIT.get(unit, UNIT.get(unit, plain(unit)))


def count(value: float | None) -> str:
    """A count with thousands separators; an empty string for no value."""
    return number(value, "count")


def interval(lower: float | None, upper: float | None, unit: str, places: int | None = None) -> str:
    """Two limits as "40.7 to 41.3"; an empty string when one is missing."""
    low, high = number(lower, unit, places), number(upper, unit, places)
    return f"{low} to {high}" if low and high else ""


def day(value: date) -> str:
    """A date as 1 April 2021."""
    return f"{value.day} {value:%B %Y}"


def period(start: date, end: date, kind: str) -> str:
    """A period in the words of its kind: 2017-18, 2019, Apr 2022, Apr to Jun 2022, 12 months to Mar 2022."""
    if kind == "financial_year":
        return f"{start.year}-{(start.year + 1) % 100:02d}"
    if kind == "calendar_year":
        return str(start.year)
    if kind == "month":
        return f"{start:%b %Y}"
    if kind == "quarter":
        return f"{start:%b} to {end:%b %Y}"
    months = round(((end + timedelta(days=1)) - start).days / 30.44)
    return f"{months} months to {end:%b %Y}"


def stratum(dimension: str, value: str, groups: int) -> str:
    """A stratum as readers know it; ``groups`` is how many deprivation groups there are (10 deciles, 5 quintiles)."""
    if value == "unknown":
        return "Not known"
    if value == "all":
        return "All"
    if dimension != "deprivation" or not value.isdecimal():
        return sentence(value) if TERM.fullmatch(value) else value
    if value == "1":
        return "Most deprived (1)"
    return f"Least deprived ({value})" if int(value) == groups else f"Deprivation {value}"


def organisations(level: str, number_of: int) -> str:
    """How many organisations of a level there are: England, 1 provider, 42 ICBs."""
    if level == "england":
        return LEVEL[level]
    return f"{number_of:,} {LEVEL[level].removesuffix('s') if number_of == 1 else LEVEL[level]}"


def joined(parts: list[str]) -> str:
    """A list in a sentence: a, b and c."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
