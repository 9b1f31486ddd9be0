"""Tell whether a text has a person's name beside a title or a role.

Belongs here: what a name looks like, and how near the role must stand. Does not: the lists of words (name_words.py),
or names that stand alone, which nothing tells from other words.

A title ("Dr", "Mrs") needs a surname after it. A role ("lead", "patient", "consultant") needs two words of a name, or
initials and a surname, or a first name that is no other word. The less the role's own place says (a heading in
capitals looks like a name throughout), the more the name has to be a known one. Words of clinics, organisations and
improvement rule a name out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from orchestration.qi_logs.name_words import (
    ACRONYMS,
    ARTICLES,
    CAPITAL_TITLES,
    DOERS,
    EPONYMS,
    FILLERS,
    FIRST_NAMES,
    FIRST_NAMES_OF_THINGS,
    FIRST_NAMES_OF_WORDS,
    LABELLED,
    MAY_FOLLOW,
    NO_NAME,
    NO_NAME_ENDINGS,
    PARTICLES,
    PERSON_VERBS,
    PLACES,
    QUALIFIERS,
    ROLES,
    STAFF,
    SURNAME_AFTER,
    SURNAMES,
    SURNAMES_IN_ING,
    SURNAMES_OF_THINGS,
    TITLES,
)

TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019`-][^\W\d_]+)*")
WORD = re.compile(r"[a-z]+")
CAUSES = ROLES | frozenset(title.lower() for title in TITLES | CAPITAL_TITLES) | {"by"}
BETWEEN_WORDS = re.compile(r"[ \t_]{1,3}")
AFTER_INITIAL = re.compile(r"\.?[ \t_]{0,3}|\. ?")
AFTER_TITLE = re.compile(r"\.?[\s_]{0,3}")
AFTER_ROLE = re.compile(r"[\s_]{1,3}|\s*[:=,(/]\s*\(?|\s*[-\u2013\u2014:]?\s*[-\u2013\u2014>]\s+|\s?\(s\):?\s*")
LABEL = re.compile(r"\s*[:=(]\s*\(?|\s*[:]?\s*[-\u2013\u2014>]\s+|\s*\n\s*|\s?\(s\):?\s*")
BEFORE_ROLE = re.compile(r"[\s_]*[,(/\u2013\u2014-]?[\s_]*(?:(?:the|our|a|an|is|as|was)\s+)?", re.IGNORECASE)
LONGEST_NAME = 4
NEAR = 7
POSSESSIVES = ("'s", "s'", "\u2019s", "`s")
TITLED_THINGS = {("dr", "foster"): frozenset(["alert", "alerts", "intelligence", "data", "hsmr", "mortality", "unit"])}


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def folded(self) -> str:
        """Small letters, without the possessive."""
        lower = self.text.lower().replace("\u2019", "'").replace("`", "'")
        return lower.removesuffix("'s")

    @property
    def is_initial(self) -> bool:
        return len(self.text) == 1 and self.text.isupper()

    @property
    def is_capitalised(self) -> bool:
        return len(self.text) > 1 and self.text[0].isupper()

    @property
    def is_shouted(self) -> bool:
        return len(self.text) > 1 and self.text.isupper()


@dataclass(frozen=True)
class _Name:
    """Tokens that stand together as a name would: initials, words, and the token after them."""

    initials: tuple[_Token, ...]
    words: tuple[_Token, ...]
    following: _Token | None
    ends_clause: bool
    has_dotted_initial: bool

    @property
    def folded(self) -> list[str]:
        return [word.folded for word in self.words]

    @property
    def is_ruled_out(self) -> bool:
        """A word of clinics or organisations in it or right after it, or a name that things are called by."""
        folded = self.folded
        if _is_ruled_out(folded) or (folded and folded[0] in PLACES):
            return True
        if " ".join(folded[:2]) in EPONYMS:
            return True
        after = self.following
        return (
            after is not None and not self.ends_clause and after.folded not in MAY_FOLLOW and _is_no_name(after.folded)
        )

    @property
    def is_known(self) -> bool:
        """A first name that people are called by and a second word, or a common surname after any other word."""
        folded = self.folded
        return len(folded) > 1 and (folded[0] in FIRST_NAMES or folded[-1] in SURNAMES or folded[-1] in FIRST_NAMES)

    @property
    def is_lone_first_name(self) -> bool:
        folded = self.folded
        lone = len(folded) == 1 and not self.initials
        return lone and folded[0] in FIRST_NAMES and folded[0] not in FIRST_NAMES_OF_THINGS

    @property
    def has_shape(self) -> bool:
        """Two or three words in capitals and small letters."""
        return 2 <= len(self.words) <= 3 and not any(word.is_shouted for word in self.words)


def has_name_near_role(text: str) -> bool:
    """Whether a personal name stands beside a title or a role in ``text`` (folded to compatibility forms before)."""
    if CAUSES.isdisjoint(WORD.findall(text.lower())):
        return False
    text = text.replace("(s)", "")
    if not _has_candidate(TOKEN.findall(text)):
        return False
    tokens = [_Token(match[0], match.start(), match.end()) for match in TOKEN.finditer(text)]
    return any(_names_someone(text, tokens, index) for index in range(len(tokens)))


def _has_candidate(words: Sequence[str]) -> bool:
    """Whether near a title or a role stands a word that a name could hold; spares most texts the closer look."""
    small = [word.lower() for word in words]
    likely = [
        index
        for index, word in enumerate(small)
        if word in FIRST_NAMES or (words[index][0].isupper() and word not in NO_NAME and word not in CAUSES)
    ]
    if not likely:
        return False
    causes = [index for index, word in enumerate(small) if word in CAUSES or word.endswith(POSSESSIVES)]
    return any(abs(cause - index) < NEAR for cause in causes for index in likely)


def _names_someone(text: str, tokens: Sequence[_Token], index: int) -> bool:
    token = tokens[index]
    if token.text in TITLES or token.text in CAPITAL_TITLES:
        return _is_titled(text, tokens, index)
    folded = token.folded.removesuffix("s'")
    is_doer = folded == "by" and index > 0 and tokens[index - 1].folded in DOERS
    return (is_doer or folded in ROLES) and (
        _is_named_after(text, tokens, index) or _is_named_before(text, tokens, index)
    )


def _is_titled(text: str, tokens: Sequence[_Token], index: int) -> bool:
    """'Dr A. N. Other', 'Mrs Patel', but not 'Dr to review', 'Near Miss Reporting' or 'Mr A'."""
    title = tokens[index]
    if title.text == "Miss" and index and tokens[index - 1].folded == "near":
        return False
    name = _name_from(text, tokens, index + 1, title.end, AFTER_TITLE)
    if name is None or not name.words:
        return False
    first = name.words[0]
    things = TITLED_THINGS.get((title.folded, first.folded), frozenset())
    if name.following is not None and name.following.folded in things:
        return False
    if (first.is_shouted or title.text in CAPITAL_TITLES) and not (
        name.initials or first.folded in FIRST_NAMES | SURNAMES
    ):
        return False
    return not _is_ruled_out(name.folded[:2]) or not _is_no_name(first.folded)


def _is_named_after(text: str, tokens: Sequence[_Token], index: int) -> bool:
    """'lead: Anna Kowalska', 'patient John Brown', 'Sister Mary Jones', 'contact is Priya Shah'."""
    role, at = tokens[index], index + 1
    gap = _gap(text, tokens, index)
    is_label = bool(LABEL.fullmatch(gap))
    while at < len(tokens) and tokens[at].folded in FILLERS:
        is_label = is_label or bool(LABEL.fullmatch(_gap(text, tokens, at)))
        at += 1
    if at >= len(tokens) or not AFTER_ROLE.fullmatch(_gap(text, tokens, at - 1)):
        return False
    name = _name_from(text, tokens, at, tokens[at].start, AFTER_TITLE)
    if name is None or not name.words:
        return _is_known_in_small_letters(text, tokens, at)
    if name.is_ruled_out:
        return False
    is_told = role.text.islower() or is_label
    if name.is_known or (role.folded in SURNAME_AFTER and name.folded[-1] in SURNAMES):
        return True
    if name.initials:
        is_article = len(name.initials) == 1 and name.initials[0].text in ("A", "I")
        is_told = is_told or (name.following is not None and name.following.text in PERSON_VERBS)
        return is_told or name.has_dotted_initial or (role.folded in STAFF and not is_article)
    if name.is_lone_first_name:
        return is_told
    return name.has_shape and _is_told_by_role(role, name, is_label=is_label)


def _is_told_by_role(role: _Token, name: _Name, *, is_label: bool) -> bool:
    """Whether what stands round an unknown name makes it one: a label, a role amid plain text, or what persons do."""
    if is_label:
        return name.ends_clause and role.folded in LABELLED | {"consultant", "by"}
    return role.text.islower() or (name.following is not None and name.following.text in PERSON_VERBS)


def _is_named_before(text: str, tokens: Sequence[_Token], index: int) -> bool:
    """'Jane Smith, project lead', 'Tom O'Brien (consultant)': known names, or any before a comma or bracket."""
    at = index - 1
    while at >= 0 and tokens[at].folded in QUALIFIERS and not _gap(text, tokens, at).strip():
        at -= 1
    if at < 1:
        return False
    gap = text[tokens[at].end : tokens[at + 1].start]
    if not BEFORE_ROLE.fullmatch(gap) and tokens[at].folded not in ARTICLES:
        return False
    while at >= 0 and tokens[at].folded in ARTICLES:
        at -= 1
    first = at
    while first > 0 and at - first < LONGEST_NAME - 1 and BETWEEN_WORDS.fullmatch(_gap(text, tokens, first - 1)):
        if not tokens[first - 1].is_capitalised:
            break
        first -= 1
    name = [token for token in tokens[first : at + 1] if token.is_capitalised]
    if any(_is_known_pair(one.folded, other.folded) for one, other in pairwise(name)):
        return True
    # organisations are marked "(lead)" as well, so a bare lead does not tell
    role = tokens[index].text
    is_told = gap.strip() in (",", "(") and role.islower() and (role != "lead" or at < index - 1)
    folded = [token.folded for token in name]
    return is_told and len(name) == 2 and folded[0] not in PLACES and not _is_ruled_out(folded)


def _is_known_pair(one: str, other: str) -> bool:
    return one in FIRST_NAMES and not _is_ruled_out([one, other]) and f"{one} {other}" not in EPONYMS


def _is_ruled_out(folded: Sequence[str]) -> bool:
    """Whether a word is of clinics or organisations and no neighbour makes it a name ('Sarah Ward', 'Will Turner')."""
    for index, word in enumerate(folded):
        if not _is_no_name(word):
            continue
        before = folded[index - 1] if index else ""
        after = folded[index + 1] if index + 1 < len(folded) else ""
        is_surname = word in SURNAMES_OF_THINGS and before in FIRST_NAMES and before not in FIRST_NAMES_OF_THINGS
        is_first_name = word in FIRST_NAMES_OF_WORDS and after in SURNAMES
        if not is_surname and not is_first_name:
            return True
    return False


def _is_known_in_small_letters(text: str, tokens: Sequence[_Token], at: int) -> bool:
    """'patient john smith': without capitals both words must be known."""
    if at + 1 >= len(tokens) or not BETWEEN_WORDS.fullmatch(_gap(text, tokens, at)):
        return False
    one, other = tokens[at].folded, tokens[at + 1].folded
    return one in FIRST_NAMES and other in SURNAMES and f"{one} {other}" not in EPONYMS


def _name_from(text: str, tokens: Sequence[_Token], index: int, start: int, before: re.Pattern[str]) -> _Name | None:
    """The name that begins with token ``index``, at most four words; None when that token cannot begin one."""
    if index >= len(tokens) or not before.fullmatch(text[start : tokens[index].start]):
        return None
    initials: list[_Token] = []
    words: list[_Token] = []
    has_dot = False
    at = index
    while at < len(tokens) and len(words) < LONGEST_NAME:
        token = tokens[at]
        gap = _gap(text, tokens, at)
        if token.is_initial or (not words and _is_two_initials(token)):
            initials.append(token)
            has_dot = has_dot or gap.startswith(".")
            is_joined = bool(AFTER_INITIAL.fullmatch(gap))
        elif token.is_capitalised:
            words.append(token)
            is_joined = bool(BETWEEN_WORDS.fullmatch(gap)) or (gap == ", " and _is_surname_first(tokens, at, words))
        elif token.folded in PARTICLES:
            is_joined = bool(BETWEEN_WORDS.fullmatch(gap))
        else:
            break
        at += 1
        if not is_joined:
            break
    if not initials and not words:
        return None
    gap = _gap(text, tokens, at - 1)
    following = tokens[at] if at < len(tokens) else None
    ends_clause = following is None or not BETWEEN_WORDS.fullmatch(gap) or following.folded in MAY_FOLLOW
    return _Name(tuple(initials), tuple(words), following, ends_clause, has_dot)


def _is_two_initials(token: _Token) -> bool:
    """'JP' in 'JP Smith'."""
    return len(token.text) == 2 and token.is_shouted and token.text not in ACRONYMS


def _is_surname_first(tokens: Sequence[_Token], at: int, words: Sequence[_Token]) -> bool:
    """'Kowalska, Anna'."""
    return len(words) == 1 and at + 1 < len(tokens) and tokens[at + 1].folded in FIRST_NAMES


def _is_no_name(word: str) -> bool:
    if word in NO_NAME or word in ROLES or word in QUALIFIERS:
        return True
    if "-" in word and any(part in NO_NAME for part in word.split("-")):
        return True
    word = word.rpartition("-")[2]
    # Xiaoming and Zhiying end as English words do, but begin as few of them do
    is_abstract = len(word) >= 7 and word.endswith(NO_NAME_ENDINGS) and not word.startswith(("x", "z", "qi"))
    return is_abstract and word not in FIRST_NAMES | SURNAMES | SURNAMES_IN_ING


def _gap(text: str, tokens: Sequence[_Token], index: int) -> str:
    """What stands between the token and the next one, or the end."""
    end = tokens[index + 1].start if index + 1 < len(tokens) else len(text)
    return text[tokens[index].end : end]
