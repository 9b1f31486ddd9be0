"""Names of organisations as people write them, brought to one form.

Belongs here: what two spellings of a name may differ in, legal forms, and which names are too common to mean anything.
Does not: knowing who bears a name (organisations.py).
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

REMEMBERED = 1 << 16

NameClass = Literal["trust", "icb", "ccg", "pcn"]

APOSTROPHES = str.maketrans("", "", "'\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4`\uff07")
SPELT_OUT = re.compile(r"(?<=\b\w)\.(?=\w\b)")
MADE_UP = re.compile(r"\(synthetic\)")
NO_WORD = re.compile(r"[\W_]+")
CLASSES: Sequence[tuple[NameClass, re.Pattern[str]]] = (
    ("trust", re.compile(r"(?:\b(?:nhs|national health service) )?\b(?:foundation trust|trust|ft)$|\bnhsft$|\bnhst$")),
    ("icb", re.compile(r"\b(?:integrated care board|icb)$")),
    ("ccg", re.compile(r"\b(?:clinical commissioning group|ccg)$")),
    ("pcn", re.compile(r"\b(?:primary care network|pcn)$")),
)

INSTITUTION_WORDS = """
hospital hospitals infirmary healthcare health care ambulance partnership hospice clinic centre surgery surgeries
practice medical doctors dr drs partners
"""
COMMON_WORDS = """
the of and for at in on a to university teaching general royal national district county city community cottage
memorial war central north south east west northern southern eastern western new old great high park house road
street lane green hill church village town station market main primary acute mental social services service unit
department ward site group family student students childrens womens maternity eye dental heart chest cancer
treatment walk urgent nhs trust foundation queen queens king kings prince princess duke duchess victoria alexandra
elizabeth mary marys anne margaret charlotte charlottes edward george albert diana jubilee coronation
spa manor abbey priory grange oaks willows limes elms riverside parkside
"""
# a name without "NHS Trust", "ICB" … behind it must at least name an institution, else it may be a place
INSTITUTIONS = frozenset(INSTITUTION_WORDS.split())
# words that many organisations share; a name of nothing else ("Royal Infirmary") means a different one in each town
COMMON = INSTITUTIONS | frozenset(COMMON_WORDS.split())


@lru_cache(maxsize=REMEMBERED)
def name_key(text: str) -> str:
    """The name without what people write differently: case, punctuation, apostrophes, '&', a leading 'the', spaces."""
    plain = unicodedata.normalize("NFKC", text).translate(APOSTROPHES).casefold()
    plain = MADE_UP.sub(" ", SPELT_OUT.sub("", plain)).replace("&", " and ")
    words = ["st" if word == "saint" else word for word in NO_WORD.sub(" ", plain).split()]
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


@lru_cache(maxsize=REMEMBERED)
def classed(key: str) -> tuple[NameClass | None, str]:
    """The legal form at the end of a normalised name, and the name without it (and without 'nhs' before a board's)."""
    for name_class, form in CLASSES:
        found = form.search(key)
        if found:
            stem = key[: found.start()].strip()
            return name_class, stem if name_class == "trust" else stem.removeprefix("nhs").strip()
    return None, key


def is_distinctive(key: str) -> bool:
    """Whether a bare name says that it is an institution and has a word that tells it from others of its kind.

    The name of a saint is none: several hospitals are called after each.
    """
    words = key.split()
    if not INSTITUTIONS.intersection(words):
        return False
    saints = {index + 1 for index, word in enumerate(words) if word == "st"}
    own = [word for index, word in enumerate(words) if index not in saints and word not in COMMON and word != "st"]
    return any(len(word) > 2 for word in own)
