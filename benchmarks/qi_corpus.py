"""A corpus of synthetic QI registers in five shapes, with every kind of mess planted and its truth kept apart.

Belongs here: projects, how registers write them, what each row ought to become. Does not: bytes of files
(qi_layouts.py), organisations (qi_places.py) or judging an import (qi_scoring.py).

The same seed gives the same corpus. Nothing in it is real: names of files and titles say SYNTHETIC, NHS numbers are of
the range that is kept for tests, telephone numbers of the one that is kept for drama, addresses of example.org.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

import numpy as np

from benchmarks.qi_places import Mention, Organisations, Writer, pick

Shape = Literal["evenhand_template", "life_qi_export", "trust_register", "clinical_audit_register", "q_exchange"]
SHAPES: tuple[Shape, ...] = (
    "evenhand_template", "life_qi_export", "trust_register", "clinical_audit_register", "q_exchange",
)  # fmt: skip
TODAY = date(2026, 11, 1)
FIRST_DAY, LAST_DAY = date(2021, 1, 4), date(2025, 9, 30)
DAY = timedelta(days=1)
EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

SUBJECTS = (
    "sepsis screening", "falls with harm", "pressure ulcers", "discharge summaries", "VTE assessment",
    "handover at night", "catheter infections", "insulin errors", "waits for scans", "outpatient letters",
    "oral nutrition", "delirium screening", "smoking advice", "hip fracture pathway", "antibiotic review",
    "missed appointments", "triage times", "perineal tears", "asthma plans", "annual health checks",
    "recovery in talking therapies", "four-hour waits", "hypertension checks", "pain scores", "pre-op fasting",
)  # fmt: skip
PLACES_OF_WORK = ("on Ward {n}", "in clinic {n}", "in the day unit", "in theatre {n}", "across {n} teams", "in triage")
VERBS = ("Improving", "Reducing delay in", "Better", "Standardising", "Safer", "Reviewing")
NASTY = (
    "=1+1 and {title}", "+{title}", "@SUM(A1) {title}", "<b>{title}</b>", "{title} <script>alert(1)</script>",
    "{title}'); DROP TABLE projects; --", "{title} \U0001f680\u2728", "{title}\r\nsecond line", "{title} | part 2; end",
    '{title} "quoted", twice',
)  # fmt: skip
STATUS_WORDS = {
    "active": ("In progress", "Active", "Ongoing", "live", "WIP"),
    "completed": ("Completed", "Closed", "COMPLETE", "Finished"),
    "paused": ("On hold", "Paused", "on-hold"),
    "abandoned": ("Abandoned", "Withdrawn", "Cancelled", "Discontinued"),
    "sustaining": ("Sustaining", "BAU", "Embedded"),
    "approved": ("Approved", "Not yet started"),
    "idea": ("Idea", "Proposed"),
}
METHOD_WORDS = {
    "model_for_improvement": ("PDSA", "Model for Improvement", "PDSA cycles"),
    "lean": ("Lean", "LEAN "),
    "six_sigma": ("DMAIC", "Six Sigma"),
    "experience_based_codesign": ("EBCD", "Experience-based co-design"),
    "qsir": ("QSIR",),
}
SCOPE_WORDS = {
    "ward_team": ("Ward", "ward/team"), "department": ("Department", "Dept"), "organisation": ("Trust-wide", "Trust"),
    "system_icb": ("ICB", "System-wide"), "regional": ("Regional",), "national": ("National",),
}  # fmt: skip
SPECIALTY_WORDS = {
    "emergency_medicine": ("A&E", "ED"), "intensive_care": ("ITU", "Critical care"), "paediatrics": ("Paeds",),
    "obstetrics_and_midwifery": ("Maternity", "O&G"), "psychology": ("Talking therapies", "Psychology"),
    "internal_medicine": ("General medicine",), "surgery": ("General surgery", "Theatres"),
}  # fmt: skip
TOPIC_WORDS = {
    "emergency_flow": ("ED flow", "Emergency flow"), "maternity_safety": ("Maternity safety",),
    "talking_therapies_access_recovery": ("Talking therapies",), "child_urgent_care": ("Child urgent care",),
    "other": ("Other",),
}  # fmt: skip
TYPE_WORDS = {
    "qi_project": ("QI project", "Quality improvement", "QIP"), "clinical_audit": ("Clinical audit", "Local audit"),
    "re_audit": ("Re-audit", "reaudit"), "service_evaluation": ("Service evaluation",),
    "national_audit_participation": ("National audit",),
}  # fmt: skip
IDEA_WORDS = {
    "awaiting_approval": ("Shortlisted",),
    "approved": ("Funded", "Winner"),
    "idea": ("Submitted", "Not funded"),
}
VOCABULARIES = {
    "status": STATUS_WORDS, "method": METHOD_WORDS, "scope": SCOPE_WORDS, "specialty": SPECIALTY_WORDS,
    "clinical_topic": TOPIC_WORDS, "activity_type": TYPE_WORDS,
}  # fmt: skip
NO_WORDS = ("Fab", "see notes", "Phase 2b")
SILENT = ("", "TBC", "n/a", "-")
DATE_FIELDS = ("registered_on", "testing_started_on", "implemented_on", "ended_on")

Cell = str | float | datetime


@dataclass(frozen=True)
class Written:
    """A cell, and what it ought to become: a value ('2023-04-01~day' of dates), or the rule that refuses it."""

    cell: Cell
    meant: str
    rule: str = ""


@dataclass(frozen=True)
class Entry:
    """A project as a register writes it, with what ought to become of it.

    ``rule`` is why its row must go to quarantine, '' when it must be loaded; ``flags`` must be among the loaded ones.
    """

    ref: str
    title: str
    aim: str
    day: date
    words: dict[str, Written]
    dates: dict[str, Written]
    sites: tuple[Mention, ...]
    measures: str = "Weekly count"
    score: float = 2.5
    rule: str = ""
    flags: frozenset[str] = frozenset()
    lead: str = ""
    comment: str = ""
    mess: str = ""


@dataclass(frozen=True)
class Canary:
    """Personal data planted in a cell; ``secrets`` are strings that may stand in no artefact."""

    kind: str
    text: str
    secrets: tuple[str, ...]
    place: str = ""


@dataclass
class Register:
    """One register: its shape, its releases (entries by day of issue) and its canaries."""

    number: int
    shape: Shape
    name: str
    releases: list[tuple[date, list[Entry]]] = field(default_factory=list)
    canaries: list[Canary] = field(default_factory=list)
    is_1904: bool = False


Key = tuple[str, str]


@dataclass
class Corpus:
    """All registers, and the truth across them; a key is (register, reference)."""

    registers: list[Register] = field(default_factory=list)
    duplicates: set[tuple[Key, Key]] = field(default_factory=set)
    clones: set[tuple[Key, Key]] = field(default_factory=set)
    overlaps: set[tuple[Key, Key]] = field(default_factory=set)
    reused: set[Key] = field(default_factory=set)
    deleted: set[Key] = field(default_factory=set)

    @property
    def projects(self) -> int:
        """Distinct projects."""
        return sum(len({entry.ref for _, entries in one.releases for entry in entries}) for one in self.registers)

    @property
    def canaries(self) -> list[Canary]:
        """All of them."""
        return [canary for register in self.registers for canary in register.canaries]


def make_corpus(
    organisations: Organisations, *, seed: int = 1, projects: int = 3000, registers: int = 60, canaries: int = 330
) -> Corpus:
    """Registers of equal size in all five shapes; about every fourth holds canaries, many are re-issued."""
    corpus = Corpus()
    rng = np.random.default_rng([seed, 77])
    author = Author(rng, organisations)
    each = -(-projects // registers)
    for number in range(1, registers + 1):
        shape = SHAPES[number % len(SHAPES)]
        is_1904 = number % 15 in (2, 3, 5)
        register = Register(number, shape, register_name(number, shape), is_1904=is_1904)
        entries = [author.entry(register, at) for at in range(1, each + 1)]
        register.releases.append((date(2025, 10, 31), entries))
        corpus.registers.append(register)
    _plant_duplicates(corpus, author)
    _plant_within(corpus, author)
    _plant_releases(corpus, author)
    _plant_canaries(corpus, rng, canaries)
    return corpus


def large_register(organisations: Organisations, projects: int, day: date, seed: int = 1) -> Register:
    """One export of many projects, without canaries."""
    register = Register(1, "life_qi_export", register_name(1, "life_qi_export"))
    author = Author(np.random.default_rng([seed, 78]), organisations)
    register.releases.append((day, [author.entry(register, at) for at in range(1, projects + 1)]))
    return register


def register_name(number: int, shape: Shape) -> str:
    """The register as its files' names lead to it."""
    what = {
        "evenhand_template": "qi-log", "life_qi_export": "platform", "trust_register": "improvement-register",
        "clinical_audit_register": "audit-register", "q_exchange": "ideas",
    }[shape]  # fmt: skip
    return f"{what}-{number:03}"


class Author:
    """Writes projects the way registers do, every kind of mess in its turn."""

    def __init__(self, rng: np.random.Generator, organisations: Organisations) -> None:
        self.rng = rng
        self.places = Writer(organisations, rng)
        self.turn = 0

    def entry(self, register: Register, at: int) -> Entry:
        """The project number ``at`` of a register."""
        rng, shape = self.rng, register.shape
        day = FIRST_DAY + DAY * int(rng.integers((LAST_DAY - FIRST_DAY).days))
        title = self.title(at)
        status = pick(rng, ("active", "completed", "paused", "abandoned", "sustaining"))
        words = {name: self.word(name, shape) for name in VOCABULARIES}
        words["status"] = self.word("status", shape, status)
        dates = self.dates(register, day, status)
        entry = Entry(
            ref=reference(register, at, title),
            title=title,
            aim=f"To improve {title.split('SYNTHETIC ')[-1].lower()} by {int(rng.integers(5, 50))}% within a year",
            day=day,
            words=words,
            dates=dates,
            sites=self.sites(matching_day(dates)),
            lead=f"Quorvex{register.number:03}{at:04}",
        )
        return self.messy(register, entry, at)

    def title(self, at: int) -> str:
        """'SYNTHETIC Improving sepsis screening on Ward 7'."""
        rng = self.rng
        where = pick(rng, PLACES_OF_WORK).format(n=int(rng.integers(2, 40)))
        return f"SYNTHETIC {pick(rng, VERBS)} {pick(rng, SUBJECTS)} {where} ({at})"

    def word(self, name: str, shape: Shape, meant: str | None = None) -> Written:
        """A word as the register writes it; the template has Evenhand's own only."""
        words = IDEA_WORDS if (name, shape) == ("status", "q_exchange") else VOCABULARIES[name]
        known: Sequence[str] = tuple(words)
        chosen = meant if meant in words else pick(self.rng, known)
        if shape == "evenhand_template":
            return Written(pick(self.rng, (chosen, chosen.replace("_", " ").capitalize())), chosen)
        return Written(pick(self.rng, words[chosen]), chosen)

    def sites(self, on: date) -> tuple[Mention, ...]:
        """One organisation mostly; every fifth project runs in several, some of which took it over later."""
        self.turn += 1
        first = self.places.any(on)
        if self.turn % 5 or first.kind == "two_joined":
            return (first,)
        others = [self.places.any(on, "participant"), self.places.plain(on, "spread")]
        kept = [first]
        for other in others:
            if other.kind != "two_joined" and all(other.text.strip() != one.text.strip() for one in kept):
                kept.append(other)
        return tuple(kept)

    def dates(self, register: Register, day: date, status: str) -> dict[str, Written]:
        """Registration, first test, implementation and end in that order; ends are missing where work goes on."""
        rng = self.rng
        if register.shape == "q_exchange":
            return {"registered_on": Written(str(day.year), f"{day.year}-01-01~calendar_year")}
        tested, used = day + DAY * int(rng.integers(20, 60)), day + DAY * int(rng.integers(70, 200))
        ended = used + DAY * int(rng.integers(30, 400))
        is_over = status in ("completed", "abandoned") and ended < TODAY
        return {
            "registered_on": self.date(register, day),
            "testing_started_on": self.date(register, tested),
            "implemented_on": self.date(register, used),
            "ended_on": self.date(register, ended) if is_over else Written(pick(rng, SILENT), ""),
        }

    def date(self, register: Register, day: date) -> Written:
        """The day in one of the forms that a register of this shape writes."""
        forms = ["iso", "figures", "words", "weekday", "month", "short_month"]
        forms += ["quarter", "season", "financial_year", "calendar_year"]
        if is_workbook(register):
            forms += ["serial", "cell", "cell"]
        return date_form(pick(self.rng, forms), day, register)

    def messy(self, register: Register, entry: Entry, at: int) -> Entry:
        """Each kind of mess on one project in so many, in turn."""
        kinds = MESS if register.shape != "q_exchange" else IDEA_MESS
        every = 2
        if at % every or (at // every) % 2 == 0:
            return entry
        kind = kinds[(at // (2 * every) + register.number) % len(kinds)]
        return replace(self._with(kind, register, entry), mess=kind)

    def _with(self, kind: str, register: Register, entry: Entry) -> Entry:
        rng = self.rng
        if kind == "nasty_text":
            text = pick(rng, NASTY).format(title=entry.title)
            flags = {"formula_like_text"} if text[0] in "=+@" else {"markup_in_text"} if "<" in text else set()
            return replace(entry, title=text, flags=frozenset(flags))
        if kind == "nasty_aim":
            return replace(entry, aim=f"={entry.aim}", flags=frozenset({"formula_like_text"}))
        if kind == "word_without_place":
            words = {**entry.words, "status": Written(pick(rng, NO_WORDS), "unknown")}
            if register.shape == "evenhand_template":
                return replace(entry, words=words, rule="values")
            return replace(entry, words=words, flags=frozenset({"words_not_placed"}))
        if kind == "aim_without_measure":
            return replace(entry, measures="", flags=frozenset({"aim_without_measure"}))
        if kind == "completed_with_low_score":
            words = {**entry.words, "status": self.word("status", register.shape, "completed")}
            return replace(entry, words=words, score=0.5, flags=frozenset({kind}))
        if kind == "end_unknown":
            words = {**entry.words, "status": self.word("status", register.shape, "completed")}
            return replace(
                entry, words=words, dates={**entry.dates, "ended_on": Written("", "")}, flags=frozenset({kind})
            )
        return self._with_bad_date(kind, register, entry)

    def _with_bad_date(self, kind: str, register: Register, entry: Entry) -> Entry:
        year = entry.day.year
        order = date_order(register)
        name = "testing_started_on"
        if kind == "end_before_start":
            text = (entry.day - DAY * 40).isoformat()
            dates = {"implemented_on": Written(entry.day.isoformat(), ""), "ended_on": Written(text, "")}
            return replace(entry, dates={**entry.dates, **dates}, rule="end_before_start")
        if kind == "date_in_future":
            name, text = "registered_on", "2031-05-01"
            dates = {name: Written(text, f"{text}~day")}
            return replace(entry, dates={**entry.dates, **dates}, flags=frozenset({kind}))
        cells = {
            "date_impossible": f"31/02/{year}",
            "date_1900": "01/01/1900",
            "date_ambiguous": f"03/04/{year}" if order is None else f"Winter {year}",
            "date_unreadable": "after the pilot",
        }
        rule = {"date_1900": "date_out_of_range"}.get(kind, kind)
        return replace(entry, dates={**entry.dates, name: Written(cells[kind], "", rule)}, rule=rule)


def matching_day(dates: dict[str, Written]) -> date:
    """The day at which organisations have to exist: the change in use, else the first test, else the registration."""
    names = ("implemented_on", "testing_started_on", "registered_on")
    written = next(dates[name] for name in names if name in dates and dates[name].meant)
    return date.fromisoformat(written.meant.partition("~")[0])


MESS = (
    "nasty_text", "date_impossible", "word_without_place", "aim_without_measure", "end_before_start",
    "completed_with_low_score", "date_1900", "end_unknown", "date_ambiguous", "date_in_future", "nasty_aim",
    "date_unreadable",
)  # fmt: skip
IDEA_MESS = ("nasty_text", "word_without_place", "nasty_aim")


def is_workbook(register: Register) -> bool:
    """Whether the register is a workbook of Excel; the template is one for even numbers, audits are, too."""
    if register.shape == "trust_register":
        return True
    return register.shape in ("evenhand_template", "clinical_audit_register") and register.number % 2 == 0


def date_order(register: Register) -> str | None:
    """The order of day and month that the register's map states."""
    return "day_first" if register.shape in ("trust_register", "clinical_audit_register") else None


def date_form(form: str, day: date, register: Register) -> Written:
    """The day as text or cell, and the first day and precision that it must be read as."""
    month = MONTHS[day.month - 1]
    exactly = f"{day.isoformat()}~day"
    first = day.replace(day=1).isoformat()
    financial = day.year if day.month >= 4 else day.year - 1
    pair = f"{financial}/{(financial + 1) % 100:02}"
    if form == "figures":
        is_clear = date_order(register) is not None or day.day > 12 or day.day == day.month
        return Written(f"{day:%d/%m/%Y}" if is_clear else f"{day.day} {month} {day.year}", exactly)
    if form == "cell":
        return Written(datetime(day.year, day.month, day.day), exactly)
    if form == "serial":
        return Written(float((day - EPOCHS[register.is_1904]).days), exactly)
    if form == "quarter":
        quarter = (day.month - 4) % 12 // 3
        start = date(financial + (quarter == 3), (4 + 3 * quarter - 1) % 12 + 1, 1)
        return Written(f"Q{quarter + 1} {pair}", f"{start.isoformat()}~quarter")
    if form == "season":
        start = max(date(day.year, number, 1) for number in (3, 6, 9) if number <= max(day.month, 3))
        return Written(f"{ {3: 'Spring', 6: 'Summer', 9: 'Autumn'}[start.month] } {day.year}", f"{start}~season")
    return {
        "iso": Written(day.isoformat(), exactly),
        "words": Written(f"{day.day} {month[:3]} {day.year}", exactly),
        "weekday": Written(f"{WEEKDAYS[day.weekday()]} {day.day} {month} {day.year}", exactly),
        "month": Written(f"{month} {day.year}", f"{first}~month"),
        "short_month": Written(f"{month[:3]}-{day:%y}", f"{first}~month"),
        "financial_year": Written(
            pair if not 1 <= int(pair[-2:]) <= 12 else f"FY {pair}", f"{financial}-04-01~financial_year"
        ),
        "calendar_year": Written(str(day.year), f"{day.year}-01-01~calendar_year"),
    }[form]


def reference(register: Register, at: int, title: str) -> str:
    """References in the register's own way; those of a workbook may be bare numbers."""
    if register.shape == "q_exchange":
        slug = "-".join(title.split("SYNTHETIC ")[-1].lower().replace("(", "").replace(")", "").split()[:4])
        return f"20{21 + at % 5}/{slug}-{at}"
    if register.shape == "trust_register":
        return str(1000 + at)
    return {"life_qi_export": "1{:05}", "clinical_audit_register": "CA/{:04}", "evenhand_template": "P-{:03}"}[
        register.shape
    ].format(at)


def _plant_duplicates(corpus: Corpus, author: Author) -> None:
    """Every eighth project of an audit register also stands in a QI register, under another reference and title."""
    audits = [one for one in corpus.registers if one.shape == "clinical_audit_register"]
    others = [one for one in corpus.registers if one.shape in ("life_qi_export", "trust_register")]
    for audit, other in zip(audits, others, strict=False):
        entries, copies = audit.releases[0][1], other.releases[0][1]
        for at in range(0, min(len(entries), len(copies)), 8):
            source = entries[at]
            if source.mess or copies[at].mess:
                continue
            day = source.day + DAY * int(author.rng.integers(0, 20))
            dates = author.dates(other, day, str(source.words["status"].meant))
            sites = (author.places.lasting(),)
            entries[at] = replace(source, sites=sites)
            copies[at] = replace(
                copies[at], title=reworded(source.title), day=day, dates=dates, sites=sites,
                words={**copies[at].words, "status": author.word("status", other.shape, source.words["status"].meant)},
            )  # fmt: skip
            corpus.duplicates.add(((audit.name, source.ref), (other.name, copies[at].ref)))


def reworded(title: str) -> str:
    """The title of the same project in another register."""
    words = [word for word in title.split() if word not in VERBS and not word.startswith("(")]
    return " ".join([*words, "project"])


def _plant_within(corpus: Corpus, author: Author) -> None:
    """In each register a cloned title, which is another project, and two projects at one place and time."""
    for register in corpus.registers:
        entries = register.releases[0][1]
        plain = [at for at, entry in enumerate(entries) if not entry.mess and at % 8]
        if len(plain) < 4 or register.shape == "q_exchange":
            continue
        one, two, three, four = plain[:4]
        entries[two] = replace(entries[two], title=f"{entries[one].title} 2")
        corpus.clones.add(((register.name, entries[one].ref), (register.name, entries[two].ref)))
        body = author.places.lasting()
        words = {**entries[four].words, "clinical_topic": entries[three].words["clinical_topic"]}
        dates = entries[three].dates
        entries[three] = replace(entries[three], sites=(body,))
        entries[four] = replace(entries[four], sites=(body,), words=words, dates=dates, day=entries[three].day)
        corpus.overlaps.add(((register.name, entries[three].ref), (register.name, entries[four].ref)))


def _plant_releases(corpus: Corpus, author: Author) -> None:
    """Every second register is issued again: two projects gone, one reference given to another project."""
    for register in corpus.registers[::2]:
        before = register.releases[0][1]
        plain = [at for at, entry in enumerate(before) if not entry.mess and at > 8 and at % 8 == 6]
        if len(plain) < 2:
            continue
        after = list(before)
        other = author.entry(replace(register, number=register.number + 900), len(before) + 1)
        after[plain[0]] = replace(other, ref=before[plain[0]].ref)
        corpus.reused.add((register.name, before[plain[0]].ref))
        gone = {before[at].ref for at in plain[1:3]}
        corpus.deleted |= {(register.name, ref) for ref in gone}
        register.releases.append((date(2026, 4, 30), [entry for entry in after if entry.ref not in gone]))


def _plant_canaries(corpus: Corpus, rng: np.random.Generator, count: int) -> None:
    """Canaries over a quarter of the registers, one in a title, aim, comment or measure text of a project each."""
    chosen = [one for one in corpus.registers if one.number % 4 == 3]
    hatchery = Hatchery()
    for at in range(count):
        register = chosen[at % len(chosen)]
        canary = hatchery.next()
        _, entries = register.releases[0]
        index = (at // len(chosen)) % len(entries)
        entry = entries[index]
        place = ("title", "aim", "comment")[int(rng.integers(2 if register.shape == "evenhand_template" else 3))]
        text = f"{getattr(entry, place)} {canary.text}".strip()
        changes: dict[str, Any] = {place: text}
        entries[index] = replace(entry, **changes)
        register.canaries.append(replace(canary, place=f"{entry.ref}:{place}"))
        if len(register.releases) > 1:
            del register.releases[1]
            for truth in (corpus.reused, corpus.deleted):
                truth -= {key for key in truth if key[0] == register.name}
    held = {register.name for register in chosen}
    for pairs in (corpus.duplicates, corpus.clones, corpus.overlaps):
        pairs -= {pair for pair in pairs if pair[0][0] in held or pair[1][0] in held}


class Hatchery:
    """Personal data that belongs to nobody, each piece once, of every kind in turn."""

    KINDS = ("nhs_number", "email_address", "uk_phone_number", "name_near_role", "date_of_birth", "uk_postcode")
    FIRST = ("Anna", "Bilal", "Carys", "Dylan", "Ewa", "Farah", "Gwen", "Hamza", "Isla", "Jakub")
    STARTS = ("Zor", "Quil", "Vax", "Brim", "Thel", "Osk", "Pell", "Yarr", "Dunk", "Wex")
    ENDS = ("velhurst", "lamthorpe", "dersby", "quistone", "mandale", "nabury", "rowcliffe", "tington", "gatefield",
            "barrow")  # fmt: skip
    SPACINGS = ("{}{}{}", "{} {} {}", "{}-{}-{}", "{}\u00a0{}\u00a0{}", "{}.{}.{}")
    NAMED = ("lead: {}", "Dr {} to present", "contact {}", "patient {}", "consultant Dr {}", "Project lead - {}")

    def __init__(self) -> None:
        self.count = 0
        self.number = 0

    def next(self) -> Canary:
        """The next canary; its text is a phrase to stand in a cell."""
        self.count += 1
        kind = self.KINDS[self.count % len(self.KINDS)]
        canary: Canary = getattr(self, f"_{kind}")(self.count)
        return canary

    def _nhs_number(self, at: int) -> Canary:
        self.number += 1
        while (digits := with_check_digit(999_000_000 + 37 * self.number)) is None:
            self.number += 1
        parts = digits[:3], digits[3:6], digits[6:]
        written = self.SPACINGS[at % len(self.SPACINGS)].format(*parts)
        return Canary("nhs_number", f"seen twice, {written}", (digits, written, " ".join(parts)))

    def _email_address(self, at: int) -> Canary:
        address = f"canary{at:04}@example.org"
        return Canary("email_address", f"ask {address}", (address, f"canary{at:04}"))

    def _uk_phone_number(self, at: int) -> Canary:
        digits = f"07700900{at % 1000:03}"
        written = pick(np.random.default_rng(at), (digits, f"{digits[:5]} {digits[5:]}", f"+44 7700 900{at % 1000:03}"))
        return Canary("uk_phone_number", f"ring {written}", (written, digits))

    def _name_near_role(self, at: int) -> Canary:
        surname = self.STARTS[at % 10] + self.ENDS[at // 10 % 10] + ("son", "", "ley", "wick")[at // 100 % 4]
        name = f"{self.FIRST[at % 7]} {surname}"
        return Canary("name_near_role", self.NAMED[at // 6 % len(self.NAMED)].format(name), (surname,))

    def _date_of_birth(self, at: int) -> Canary:
        day = date(1931, 2, 3) + 53 * at * DAY
        written = f"{day:%d/%m/%Y}"
        return Canary(
            "date_of_birth", ("DOB {}", "born on {}", "date of birth: {}")[at // 6 % 3].format(written), (written,)
        )

    def _uk_postcode(self, at: int) -> Canary:
        letters = "ABDEFGHJLNPQRSTUWXYZ"
        written = f"LS9{at % 10} {at // 10 % 10}{letters[at % 20]}{letters[at // 20 % 20]}"
        return Canary("uk_postcode", f"lives at {written}", (written, written.replace(" ", "")))


def with_check_digit(nine: int) -> str | None:
    """Ten digits that pass modulus 11, from nine; None when no digit does."""
    digits = f"{nine:09}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    return None if rest == 10 else digits + str(rest % 11)
