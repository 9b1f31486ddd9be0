"""Organisations that the corpus of registers writes about, and how people write them.

Belongs here: what a matcher is told, mentions in every way that registers know, which organisation each means on
its day. Does not: the registers (qi_corpus.py) or judging a matcher (qi_scoring.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np

from orchestration.qi_logs.organisations import Alias, KnownOrganisation, Matcher, Site

DAY = timedelta(days=1)
LONG_AGO = date(2020, 1, 1)
SHARED_SITES = ("St Mary's Hospital", "Royal Infirmary", "Queen Elizabeth Hospital")
SMALL_WORDS = ("and", "of", "the", "for")
FORMS = (" NHS FOUNDATION TRUST", " NHS TRUST")
ACRONYM_LETTERS = 3

T = TypeVar("T")


def pick(rng: np.random.Generator, things: Sequence[T]) -> T:
    """One of the things."""
    return things[int(rng.integers(len(things)))]


@dataclass(frozen=True)
class Mention:
    """An organisation as a register writes it; ``codes`` are those meant on its day, none where none may be named.

    ``ever`` are those meant where no day is known.
    """

    text: str
    codes: tuple[str, ...]
    kind: str
    role: str = "lead"
    ever: tuple[str, ...] = ()


@dataclass(frozen=True)
class Body:
    """An organisation with its names: (name, first day, last day)."""

    code: str
    names: tuple[tuple[str, date | None, date | None], ...]
    acronym: str = ""
    is_alias_reviewed: bool = False
    site_name: str = ""
    site_code: str = ""
    shared_site: str = ""

    @property
    def name(self) -> str:
        """The newest name."""
        return self.names[-1][0]

    @property
    def closed_on(self) -> date | None:
        """The last day of the newest name."""
        return self.names[-1][2]

    def is_open(self, on: date) -> bool:
        """Whether it bears some name on the day."""
        return any(holds(first, last, on) for _, first, last in self.names)


@dataclass(frozen=True)
class Organisations:
    """What the matcher is told, and who writes projects down."""

    bodies: tuple[Body, ...]
    successors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def matcher(self) -> Matcher:
        """A matcher that knows the bodies, their own and shared sites, and the reviewed aliases."""
        known = [
            KnownOrganisation(body.code, name, "provider", first, last)
            for body in self.bodies
            for name, first, last in body.names
        ]
        aliases = [Alias(body.acronym, body.code) for body in self.bodies if body.acronym and body.is_alias_reviewed]
        sites = [Site(body.site_code, body.site_name, body.code) for body in self.bodies if body.site_code]
        sites += [
            Site(f"{body.site_code[:4]}2", body.shared_site, body.code) for body in self.bodies if body.shared_site
        ]
        return Matcher(known, aliases, sites, self.successors)


def holds(first: date | None, last: date | None, on: date) -> bool:
    """Whether the day lies between the two; None is unbounded."""
    return (first is None or first <= on) and (last is None or on <= last)


def simulated_organisations(seed: int) -> Organisations:
    """Trusts of the simulated NHS, some merged and one renamed, with invented sites, shared names and acronyms."""
    from orchestration.simulation.places import SIZES, make_areas, make_organisations

    size = SIZES["demo"]
    made = make_organisations(seed, size, make_areas(seed, size))
    bodies = []
    trusts = [one for one in made.providers if one.kind in ("integrated", "acute", "mental_health")]
    for at, trust in enumerate(trusts):
        starts = [on for on, _ in trust.names]
        ends = [on - DAY for on in starts[1:]] + [trust.closed_on - DAY if trust.closed_on else None]
        names = tuple((name, first, last) for (first, name), last in zip(trust.names, ends, strict=True))
        bodies.append(_with_sites(Body(trust.code, names), trust.town, at))
    successors = {item.old_code: (item.new_code,) for item in made.successions}
    return Organisations(_with_acronyms(bodies), successors)


def published_organisations(path: Path) -> Organisations:
    """Trusts of a published register (etr.csv); names of sites are invented, for the register has none."""
    from orchestration.datasets.ods_trusts.parse import parse
    from orchestration.datasets.protocol import SourceFile

    frame = parse(SourceFile(path, path.name)).tables["organisations"].frame
    bodies = []
    for at, row in enumerate(frame.to_dict("records")):
        first, last = (_iso(row[name]) for name in ("opened_on", "closed_on"))
        if len(row["organisation_code"]) == ACRONYM_LETTERS:
            body = Body(row["organisation_code"], ((row["organisation_name"], first, last),))
            bodies.append(_with_sites(body, f"Testing {row['organisation_code'].title()}", at))
    return Organisations(_with_acronyms(bodies))


def _iso(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _with_sites(body: Body, town: str, at: int) -> Body:
    """A site of its own name, and for every third one of a name that others have too."""
    shared = SHARED_SITES[at // 3 % len(SHARED_SITES)] if at % 3 == 0 else ""
    return Body(
        body.code, body.names, site_name=f"{town} Cottage Hospital", site_code=f"{body.code}01", shared_site=shared
    )


def _with_acronyms(bodies: Sequence[Body]) -> tuple[Body, ...]:
    """Initials of the newest name, where no other body has them; every second one's is reviewed."""
    initials = ["".join(word[0] for word in plain_name(body.name).replace("(", "").split()) + "T" for body in bodies]
    return tuple(
        Body(
            body.code, body.names,
            letters if initials.count(letters) == 1 and len(letters) >= ACRONYM_LETTERS else "",
            at % 2 == 0, body.site_name, body.site_code, body.shared_site,
        )
        for at, (body, letters) in enumerate(zip(bodies, initials, strict=True))
    )  # fmt: skip


def plain_name(name: str) -> str:
    """A name in the case that people write, without what says that it is invented."""
    words = name.replace("(SYNTHETIC)", "").split()
    cased = [word if word == "NHS" else word.lower() if word.lower() in SMALL_WORDS else word.title() for word in words]
    return " ".join(cased).replace("'S", "'s")


def short_name(name: str) -> str:
    """A name without its legal form."""
    for form in FORMS:
        at = name.upper().find(form)
        if at > 0:
            return plain_name(name[:at])
    return plain_name(name)


def misspelt(rng: np.random.Generator, text: str) -> str:
    """The text with two neighbouring letters of its first long word exchanged."""
    words = text.split()
    at = next(index for index, word in enumerate(words) if len(word) > 4)
    word = words[at]
    cut = int(rng.integers(1, len(word) - 2))
    while word[cut] == word[cut + 1]:
        cut = cut % (len(word) - 2) + 1
    words[at] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
    return " ".join(words)


class Writer:
    """Writes organisations as people do, with what each text means."""

    def __init__(self, organisations: Organisations, rng: np.random.Generator) -> None:
        self.rng = rng
        self.bodies = organisations.bodies
        self.closed = [body for body in self.bodies if body.closed_on]
        self.unchanged = [
            body for body in self.bodies if body.is_open(LONG_AGO) and len(body.names) == 1 and not body.closed_on
        ]
        self.renamed = [body for body in self.bodies if len(body.names) > 1]
        self.shorts = [short_name(name) for body in self.bodies for name, _, _ in body.names]
        self.kinds: Mapping[str, Callable[[Body, date], Mention | None]] = {
            "code": lambda body, on: Mention(body.code, _if_open(body, on), "code"),
            "code_in_small_letters": lambda body, on: Mention(f" {body.code.lower()} ", _if_open(body, on), "code"),
            "full_name": self._full_name,
            "name_without_form": self._short_name,
            "alias": lambda body, on: self._acronym(body, on, is_reviewed=True),
            "acronym_not_reviewed": lambda body, on: self._acronym(body, on, is_reviewed=False),
            "former_name": self._former_name,
            "site_code": lambda body, on: Mention(body.site_code, _if_open(body, on), "site_code"),
            "site_name": lambda body, on: Mention(body.site_name, _if_open(body, on), "site_name"),
            "shared_site_name": lambda body, _: (
                Mention(body.shared_site, (), "shared_site_name") if body.shared_site else None
            ),
            "misspelt": lambda body, _: Mention(misspelt(self.rng, plain_name(body.name)), (), "misspelt"),
            "name_and_code": lambda body, on: Mention(
                f"{plain_name(body.name)} ({body.code})", _if_open(body, on), "name_and_code"
            ),
            "merged_code": self._merged,
            "nobody": lambda *_: Mention(pick(self.rng, ("Community team", "Ward 7", "Outreach base")), (), "nobody"),
            "two_joined": self._two,
        }
        self.dealt = 0

    def any(self, on: date, role: str = "lead") -> Mention:
        """A mention in the next of all kinds, of a body that is open on the day where the kind allows."""
        names = tuple(self.kinds)
        while True:
            kind = names[self.dealt % len(names)]
            self.dealt += 1
            mention = self.kinds[kind](self._open(on), on)
            if mention is not None:
                return replace(mention, kind=kind, role=role, ever=mention.ever or mention.codes)

    def plain(self, on: date, role: str = "lead") -> Mention:
        """A mention by code."""
        body = self._open(on)
        return Mention(body.code, (body.code,), "code", role, (body.code,))

    def lasting(self) -> Mention:
        """The code of a body that bore one name all the time."""
        body = pick(self.rng, self.unchanged)
        return Mention(body.code, (body.code,), "code", ever=(body.code,))

    def _open(self, on: date) -> Body:
        while True:
            body = pick(self.rng, self.bodies)
            if body.is_open(on):
                return body

    def _full_name(self, body: Body, on: date) -> Mention:
        name = next(name for name, first, last in body.names if holds(first, last, on))
        return Mention(pick(self.rng, (name, plain_name(name), plain_name(name).upper())), (body.code,), "full_name")

    def _short_name(self, body: Body, on: date) -> Mention | None:
        name = short_name(next(name for name, first, last in body.names if holds(first, last, on)))
        return Mention(name, (body.code,), "name_without_form") if self.shorts.count(name) == 1 else None

    def _acronym(self, body: Body, on: date, *, is_reviewed: bool) -> Mention | None:
        if not body.acronym or body.is_alias_reviewed != is_reviewed:
            return None
        return Mention(body.acronym, _if_open(body, on) if is_reviewed else (), "alias" if is_reviewed else "acronym")

    def _former_name(self, _: Body, on: date) -> Mention | None:
        if not self.renamed:
            return None
        body = pick(self.rng, self.renamed)
        name, first, last = body.names[0]
        return Mention(
            plain_name(name), (body.code,) if holds(first, last, on) else (), "former_name", ever=(body.code,)
        )

    def _merged(self, _: Body, on: date) -> Mention | None:
        if not self.closed:
            return None
        body = pick(self.rng, self.closed)
        text = pick(self.rng, (body.code, plain_name(body.name)))
        return Mention(text, _if_open(body, on), "merged", ever=(body.code,))

    def _two(self, body: Body, on: date) -> Mention | None:
        other = self._open(on)
        if other == body:
            return None
        text = pick(
            self.rng, (f"{body.code} & {other.code}", f"{body.code}, {other.code}", f"{body.code}/{other.code}")
        )
        return Mention(text, (body.code, other.code), "two_joined")


def _if_open(body: Body, on: date) -> tuple[str, ...]:
    return (body.code,) if body.is_open(on) else ()
