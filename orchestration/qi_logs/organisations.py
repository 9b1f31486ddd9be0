"""Find the organisation that a cell of a QI register means, or say why none can be named.

Belongs here: reading codes and names as people write them, and the rules under which one stands for an organisation at
a date. Does not: knowing organisations (refresh reads them from the lake) or reading a register's file.

A wrong match is worse than none. A code counts first, then a whole name or a reviewed alias that is valid at the date;
parts of names, similar names and unreviewed acronyms never count. Similarity only ranks what a reviewer is shown.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from orchestration.catalogue.models import Document
from orchestration.catalogue.registry import read_document
from orchestration.qi_logs.organisation_names import NameClass, classed, is_distinctive, name_key

Kind = Literal["provider", "icb", "sub_icb", "pcn", "practice", "cost_centre"]
Method = Literal["code", "site_code", "exact_name", "alias", "site_name"]
Reason = Literal["blank", "unknown_code", "not_valid_at_date", "ambiguous_name", "unknown_name"]

SUGGESTED = 5
LOWEST_SCORE = 60.0
LOOKED_AT = 200
SET_BACK = 15.0
CERTAIN = 100.0
SEED = Path(__file__).parent / "organisation_aliases.yaml"

NO_ANSWERS = "n a,na,none,nil,null,unknown,not known,not stated,not applicable,tbc,tba,various"
SILENT = frozenset(("", *NO_ANSWERS.split(",")))
CODE = re.compile(r"(?=[A-Z0-9]*[A-Z])[A-Z0-9]{3,6}|E\d{8}")
LABEL = re.compile(r"(?:(?:ods|organisation|org|trust|site|practice)\s+code|ods|code)\s*[:=-]?\s*(?=\S)", re.IGNORECASE)
DASH = "[-\u2010-\u2015\u2212]"
SHAPE = "([A-Za-z0-9]{3,6})"
CODE_BEFORE = (
    re.compile(rf"{SHAPE}(?:\s*:\s*|\s+{DASH}+\s*|\s*{DASH}+\s+)(.+)", re.DOTALL),
    re.compile(rf"[(\[]\s*{SHAPE}\s*[)\]]\s*(.+)", re.DOTALL),
)
CODE_AFTER = (
    re.compile(rf"(.+?)\s*[(\[]\s*{SHAPE}\s*[)\]]", re.DOTALL),
    re.compile(rf"(.+?)\s+{DASH}+\s*{SHAPE}", re.DOTALL),
)
ACRONYM_AFTER = re.compile(r"(.+?)\s*[(\[]\s*([A-Za-z]{2,8})\s*[)\]]", re.DOTALL)
WORD = re.compile(r"[A-Za-z0-9]+")
APART = re.compile(r"\s*(?:[;|\n\r\u2022]|\s/\s)\s*")
PERHAPS_APART = re.compile(r"\s*(?:[,/+&]|\band\b)\s*", re.IGNORECASE)

CLASS_OF_KIND: Mapping[Kind, frozenset[NameClass]] = {
    "provider": frozenset({"trust"}),
    "icb": frozenset({"icb"}),
    "sub_icb": frozenset({"icb", "ccg"}),
    "pcn": frozenset({"pcn"}),
}


@dataclass(frozen=True)
class KnownOrganisation:
    """A name of an organisation and the days on which it bears it; an organisation renamed has several."""

    code: str
    name: str
    kind: Kind
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Alias:
    """A reviewed short or other name, with the days on which it holds."""

    text: str
    code: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Site:
    """A site of treatment; its name makes other sites of that name ambiguous even where ``is_known_by_name`` is false.

    ``valid_from`` and ``valid_to`` bound the days on which the name is known to mean a site of the parent.
    """

    code: str
    name: str
    parent_code: str | None
    is_known_by_name: bool = True
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Match:
    """The organisation meant, under its code at the date, and what told it."""

    code: str
    method: Method


@dataclass(frozen=True)
class Suggestion:
    """An organisation that a reviewer may choose; the score (0 to 100) ranks, it decides nothing."""

    code: str
    name: str
    score: float


@dataclass(frozen=True)
class NoMatch:
    """Why no organisation is named; suggestions are those that rules found, such as the successor of a closed one."""

    reason: Reason
    suggestions: tuple[Suggestion, ...] = ()


class ReviewedAlias(Document):
    """An alias of the seed, with the organisation's name so that a reader and a test can check the code."""

    text: str
    code: str
    name: str
    valid_from: date | None = None
    valid_to: date | None = None


class AliasFile(Document):
    """The seed of reviewed aliases."""

    source: str
    aliases: tuple[ReviewedAlias, ...]


class _Span(NamedTuple):
    """Days on which ``code`` bears a name; None is unbounded."""

    code: str
    first: date | None
    last: date | None

    def holds(self, on: date | None) -> bool:
        """Whether the day is one of them; an unknown day may be any."""
        return on is None or ((self.first is None or self.first <= on) and (self.last is None or on <= self.last))


@dataclass
class _Names:
    """What is known under a normalised name."""

    spans: dict[str, list[_Span]] = field(default_factory=lambda: defaultdict(list))

    def codes(self, key: str, on: date | None) -> set[str]:
        """Codes that bear the name at the date."""
        return {span.code for span in self.spans.get(key, ()) if span.holds(on)}

    def ever(self, key: str) -> set[str]:
        """Codes that bear the name at any date."""
        return self.codes(key, None)


class Matcher:
    """Says which known organisation a text means; successors map a closed code to those that took over from it."""

    def __init__(
        self,
        organisations: Iterable[KnownOrganisation],
        aliases: Iterable[Alias] = (),
        sites: Iterable[Site] = (),
        successors: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._known: dict[str, list[KnownOrganisation]] = defaultdict(list)
        self._full, self._short, self._aliases = _Names(), _Names(), _Names()
        self._sites: dict[str, Site] = {}
        self._sites_named: dict[str, list[Site]] = defaultdict(list)
        self._successors = successors or {}
        self._answers: dict[tuple[str, date | None], Match | NoMatch] = {}
        self._suggestible: dict[str, set[str]] = {}
        for organisation in organisations:
            self._add(organisation)
        for alias in aliases:
            if alias.code in self._known:
                key = name_key(alias.text)
                self._aliases.spans[key].append(_Span(alias.code, alias.valid_from, alias.valid_to))
        for site in sites:
            self._sites[site.code] = site
            self._sites_named[name_key(site.name)].append(site)

    def match(self, text: str, on: date | None) -> Match | NoMatch:
        """The one organisation that ``text`` names on the day ``on`` (None: not known), else why there is none.

        The code of a match is the one valid at the date ("as was"). No text of the log is part of any answer.
        """
        asked = (text, on)
        if asked not in self._answers:
            self._answers[asked] = self._match(text.strip(), on)
        return self._answers[asked]

    def match_each(self, text: str, on: date | None) -> list[Match | NoMatch]:
        """One answer per organisation in a cell that may hold several, in the order written, each organisation once.

        Semicolons, bars, line breaks and spaced slashes part names. Commas, "and", "&" and "/" are part of names too:
        they part a cell only when every part is an organisation.
        """
        whole = self.match(text, on)
        if isinstance(whole, Match):
            return [whole]
        parts = [part for part in APART.split(text) if part.strip()]
        if len(parts) > 1:
            return _each_once(answer for part in parts for answer in self.match_each(part, on))
        answers = [self.match(part, on) for part in PERHAPS_APART.split(text)]
        if len(answers) > 1 and all(isinstance(answer, Match) for answer in answers):
            return _each_once(answers)
        return [whole]

    def suggest(self, text: str, limit: int = SUGGESTED, on: date | None = None) -> tuple[Suggestion, ...]:
        """Organisations for a reviewer to choose from: those that rules found, then similar names, best first.

        Scores of similar names are the mean of two of rapidfuzz's (words shared, spelling), 0 to 100; practices and
        networks, of which there are thousands, stand some points back.
        """
        answer = self.match(text, on)
        certain = answer.suggestions if isinstance(answer, NoMatch) else (self._suggestion(answer.code, CERTAIN),)
        named = {suggestion.code for suggestion in certain}
        similar = [suggestion for suggestion in self._similar(text, on, limit) if suggestion.code not in named]
        return (*certain, *similar)[:limit]

    def _add(self, organisation: KnownOrganisation) -> None:
        key = name_key(organisation.name)
        span = _Span(organisation.code, organisation.valid_from, organisation.valid_to)
        self._known[organisation.code].append(organisation)
        self._full.spans[key].append(span)
        name_class, stem = classed(key)
        if name_class and stem:
            self._short.spans[f"{name_class}:{stem}"].append(span)

    def _match(self, text: str, on: date | None) -> Match | NoMatch:
        if name_key(text) in SILENT:
            return NoMatch("blank")
        return self._by_code(text, on) or self._by_code_and_name(text, on) or self._by_name(text, on)

    # codes

    def _by_code(self, text: str, on: date | None) -> Match | NoMatch | None:
        """The answer when the whole text is a code; None when it is a name."""
        code = LABEL.sub("", text, count=1).strip(" .,;:()[]").upper()
        if not CODE.fullmatch(code):
            return None
        if self._is_code(code):
            return self._by_known_code(code, on)
        has_digit = any(character.isdigit() for character in code)
        return NoMatch("unknown_code") if has_digit and not self._names_anything(name_key(text)) else None

    def _by_code_and_name(self, text: str, on: date | None) -> Match | NoMatch | None:
        """The answer when a code stands beside a name: the code's, unless the name is another organisation's."""
        for code, rest in _codes_beside(text):
            if not self._is_code(code):
                continue
            answer = self._by_known_code(code, on)
            owner = answer.code if isinstance(answer, Match) else code
            if self._contradicts(rest, text, {code, owner}):
                return NoMatch("ambiguous_name", self._suggestions([owner, *sorted(self._meant(name_key(rest)))]))
            return answer
        return None

    def _contradicts(self, rest: str, text: str, codes: set[str]) -> bool:
        """Whether what stands beside a code is another's name or code, or a kind of body that the code is not."""
        key = name_key(rest)
        if self._full.ever(name_key(text)) & codes:
            return False
        if any(self._is_code_of_another(word, codes) for word in WORD.findall(rest)):
            return True
        name_class, stem = classed(key)
        kinds = {known.kind for code in codes for known in self._known.get(code, ())}
        if name_class and not stem:
            return bool(kinds) and not any(name_class in CLASS_OF_KIND.get(kind, ()) for kind in kinds)
        meant = self._meant(key)
        return bool(meant) and not meant & codes

    def _is_code_of_another(self, word: str, codes: set[str]) -> bool:
        if not _is_written_as_code(word) or not self._is_code(word.upper()):
            return False
        return not {word.upper(), self._prefix_trust(word.upper())} & codes

    def _meant(self, key: str) -> set[str]:
        """Codes that a name may stand for at any date, as whole name, alias or name without its legal form."""
        name_class, stem = classed(key)
        whole = self._full.ever(key) | self._aliases.ever(key)
        if name_class is None and not is_distinctive(key):
            return whole
        return whole | self._short.ever(f"{name_class or 'trust'}:{stem}")

    def _is_code(self, code: str) -> bool:
        return code in self._known or code in self._sites or self._prefix_trust(code) is not None

    def _by_known_code(self, code: str, on: date | None) -> Match | NoMatch:
        if code in self._known:
            if self._is_open(code, on):
                return Match(code, "code")
            return NoMatch("not_valid_at_date", self._suggestions(self._successors.get(code, ())))
        return self._by_site_code(code, on)

    def _by_site_code(self, code: str, on: date | None) -> Match | NoMatch:
        """The trust of a site: the list's, else the one whose code the site's begins with."""
        listed = self._sites[code].parent_code if code in self._sites else None
        parents = [parent for parent in (listed, self._prefix_trust(code)) if parent and parent in self._known]
        for parent in parents:
            if self._is_open(parent, on):
                return Match(parent, "site_code")
        if not parents:
            return NoMatch("unknown_code")
        heirs = [heir for parent in parents for heir in self._successors.get(parent, ())]
        return NoMatch("not_valid_at_date", self._suggestions(heirs))

    def _prefix_trust(self, code: str) -> str | None:
        """The trust that a site's code begins with. Five letters may be a word ("RENAL"): those need the site list."""
        if len(code) != 5 or not (code in self._sites or any(character.isdigit() for character in code[3:])):
            return None
        known = self._known.get(code[:3], ())
        return code[:3] if any(organisation.kind == "provider" for organisation in known) else None

    def _is_open(self, code: str, on: date | None) -> bool:
        return any(_Span(code, known.valid_from, known.valid_to).holds(on) for known in self._known[code])

    # names

    def _by_name(self, text: str, on: date | None) -> Match | NoMatch:
        key = name_key(text)
        by_whole_name = self._by_whole_name(key, on)
        if by_whole_name is not None:
            return by_whole_name
        beside = ACRONYM_AFTER.fullmatch(text)
        if beside and not self._names_anything(key):
            return self._by_name_and_acronym(beside[1], beside[2], on)
        return self._by_short_name(key, on)

    def _by_whole_name(self, key: str, on: date | None) -> Match | NoMatch | None:
        """The answer when an organisation or alias bears exactly this name; None when none ever did."""
        ever = self._full.ever(key) | self._aliases.ever(key)
        if not ever:
            return None
        named = {code for code in self._full.codes(key, on) if self._is_open(code, on)}
        aliased = {code for code in self._aliases.codes(key, on) if self._is_open(code, on)}
        if aliased:  # a prescribing cost centre may bear a trust's acronym; the review knew what logs mean by it
            named = {code for code in named if not self._is_cost_centre(code)}
        meant = named | aliased
        if not meant:
            heirs = [heir for code in sorted(ever) for heir in self._successors.get(code, ())]
            return NoMatch("not_valid_at_date", self._suggestions([*sorted(ever), *heirs], on))
        if len(meant) > 1 or not meant >= self._parents_named(key):
            return NoMatch("ambiguous_name", self._suggestions(sorted(meant | self._parents_named(key))))
        (code,) = meant
        if not named:
            return Match(code, "alias")
        if not self._may_stand_alone(key, code):
            return NoMatch("unknown_name", self._suggestions([code]))
        return Match(code, "exact_name")

    def _by_name_and_acronym(self, name: str, acronym: str, on: date | None) -> Match | NoMatch:
        """A whole name with letters in brackets behind it: the name's, unless the letters are another's alias."""
        answer = self._by_whole_name(name_key(name), on) or NoMatch("unknown_name")
        others = self._aliases.ever(name_key(acronym))
        if isinstance(answer, Match) and others and answer.code not in others:
            return NoMatch("ambiguous_name", self._suggestions([answer.code, *sorted(others)]))
        return answer

    def _by_short_name(self, key: str, on: date | None) -> Match | NoMatch:
        """A name without its legal form or with another one, or a site's name: only one body may be meant."""
        name_class, stem = classed(key)
        if name_class is None and not is_distinctive(key):
            parents = self._parents_named(key)
            return NoMatch("ambiguous_name" if parents else "unknown_name", self._suggestions(sorted(parents)))
        form = f"{name_class or 'trust'}:{stem}"
        ever = self._short.ever(form) if stem else set()
        meant = {code for code in self._short.codes(form, on) if self._is_open(code, on)} if stem else set()
        if on is None and name_class is None:
            meant = {code for code in meant if not self._has_closed(code)} if len(meant) == 1 else meant
        sites = self._sites_named.get(key, []) if name_class is None else []
        if len(meant) > 1 or len(sites) > 1 or (meant and not meant >= self._parents_named(key)):
            return NoMatch("ambiguous_name", self._suggestions(sorted(meant | self._parents_named(key))))
        if meant:
            return Match(min(meant), "exact_name")
        if sites and not ever:
            return self._by_site_name(sites[0], on)
        return NoMatch("not_valid_at_date" if ever else "unknown_name", self._suggestions(sorted(ever), on))

    def _by_site_name(self, site: Site, on: date | None) -> Match | NoMatch:
        """The parent of the only site of that name, on days for which the list can speak."""
        if site.parent_code not in self._known or not site.is_known_by_name:
            return NoMatch("unknown_name")
        in_time = _Span(site.code, site.valid_from, site.valid_to).holds(on)
        is_dated = on is not None or (site.valid_from is None and site.valid_to is None)
        if in_time and is_dated and self._is_open(site.parent_code, on):
            return Match(site.parent_code, "site_name")
        return NoMatch("not_valid_at_date", self._suggestions([site.parent_code]))

    def _parents_named(self, key: str) -> set[str]:
        """Trusts with a site of that name; a site without a known trust counts under its own code."""
        return {site.parent_code or site.code for site in self._sites_named.get(key, ())}

    def _names_anything(self, key: str) -> bool:
        return bool(self._meant(key)) or key in self._sites_named

    def _may_stand_alone(self, key: str, code: str) -> bool:
        """Whether a name is enough: never for cost centres, and a bare name must tell an institution from a place."""
        if self._is_cost_centre(code):
            return False
        return classed(key)[0] is not None or is_distinctive(key) or any(character.isdigit() for character in key)

    def _has_closed(self, code: str) -> bool:
        return all(known.valid_to is not None for known in self._known[code])

    # suggestions

    def _suggestions(self, codes: Iterable[str], on: date | None = None) -> tuple[Suggestion, ...]:
        """The known ones among the codes, those open at the date first, each once, five at most."""
        known = [code for code in dict.fromkeys(codes) if code in self._known]
        ranked = sorted(known, key=lambda code: not self._is_open(code, on))
        return tuple(self._suggestion(code, CERTAIN) for code in ranked[:SUGGESTED])

    def _suggestion(self, code: str, score: float) -> Suggestion:
        return Suggestion(code, self._known[code][-1].name, score)

    def _similar(self, text: str, on: date | None, limit: int) -> list[Suggestion]:
        """Organisations whose names without legal form share words with the text, or are spelt like it."""
        from rapidfuzz import fuzz, process

        key = name_key(text)
        if key in SILENT:
            return []
        stem = classed(key)[1] or key
        comparable = self._comparable()
        near = process.extract(
            stem, list(comparable), scorer=fuzz.token_set_ratio, limit=LOOKED_AT, score_cutoff=LOWEST_SCORE
        )
        best: dict[str, float] = {}
        for name, shared_words, _ in near:
            alike = (shared_words + fuzz.token_sort_ratio(stem, name)) / 2
            for code in comparable[name]:
                score = alike - (SET_BACK if self._known[code][0].kind in ("practice", "pcn") else 0)
                if score >= LOWEST_SCORE:
                    best[code] = max(best.get(code, 0.0), score)
        order = sorted(best, key=lambda code: (not self._is_open(code, on), -best[code], code))
        return [self._suggestion(code, round(best[code], 1)) for code in order[:limit]]

    def _comparable(self) -> Mapping[str, set[str]]:
        """Names without legal form, with the codes that one may suggest for each; made when first asked for."""
        if not self._suggestible:
            for key in {*self._full.spans, *self._aliases.spans, *self._sites_named}:
                owners = self._owners(key)
                if owners:
                    self._suggestible.setdefault(classed(key)[1] or key, set()).update(owners)
        return self._suggestible

    def _owners(self, key: str) -> set[str]:
        parents = {code for code in self._parents_named(key) if code in self._known}
        owners = self._full.ever(key) | self._aliases.ever(key) | parents
        return {code for code in owners if not self._is_cost_centre(code)}

    def _is_cost_centre(self, code: str) -> bool:
        return self._known[code][0].kind == "cost_centre"


@cache
def seed_aliases() -> tuple[Alias, ...]:
    """The short names that the project ships, reviewed."""
    found = read_document(SEED, AliasFile)
    return tuple(Alias(alias.text, alias.code, alias.valid_from, alias.valid_to) for alias in found.aliases)


def _each_once(answers: Iterable[Match | NoMatch]) -> list[Match | NoMatch]:
    """The answers without matches of an organisation named before; each part that means none stays."""
    kept: list[Match | NoMatch] = []
    for answer in answers:
        named = {other.code for other in kept if isinstance(other, Match)}
        if isinstance(answer, NoMatch) or answer.code not in named:
            kept.append(answer)
    return kept


def _codes_beside(text: str) -> list[tuple[str, str]]:
    """Code and name of "RYJ - Name", "RYJ: Name", "(RYJ) Name", "Name (RYJ)", "Name - RYJ", "RYJ Trust", "ICB QOP".

    Beside a name a code must be written in capitals or hold a digit; in small letters it may be a word.
    """
    found = [(beside[2], beside[1]) for form in CODE_AFTER if (beside := form.fullmatch(text))]
    found += [(beside[1], beside[2]) for form in CODE_BEFORE if (beside := form.fullmatch(text))]
    first, _, rest = text.partition(" ")
    start, _, last = text.rpartition(" ")
    for code, form in ((first, rest), (last, start)):
        name_class, stem = classed(name_key(form))
        if name_class and not stem:
            found.append((code, form))
    return [(code.upper(), rest) for code, rest in found if _is_written_as_code(code)]


def _is_written_as_code(text: str) -> bool:
    is_shaped = CODE.fullmatch(text.upper()) is not None
    return is_shaped and (text.isupper() or any(character.isdigit() for character in text))
