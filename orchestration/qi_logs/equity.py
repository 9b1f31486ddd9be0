"""Propose how a QI project deals with inequality, from the words of its title and aim, by reviewed rules.

Belongs here: reading the rules (equity_rules.yaml), finding their words in texts, one proposal per field. Does not: the
words themselves (the rules file), people's reviews that override a proposal, or loading either.

A proposal names the rule's own words and the field of the log they stood in; no text of a log leaves this module.
Rules only propose: what they are silent about is unknown, never none. ``expected_gap_direction`` has no rules at all,
because a person must write it down before outcomes are known.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from orchestration.catalogue.models import Document, Identifier
from orchestration.catalogue.registry import read_document
from orchestration.qi_logs.phrases import PHRASE, PhraseBook, clauses, expanded

RULES_FILE = Path(__file__).with_name("equity_rules.yaml")
RECORDED_BY_PEOPLE_ONLY = frozenset({"expected_gap_direction"})
UNKNOWN = "unknown"

Confidence = Literal["low", "medium", "high"]
Phrase = Annotated[str, Field(pattern=PHRASE, description="Words as orchestration/qi_logs/phrases.py reads them.")]

RANK: dict[Confidence, int] = {"low": 0, "medium": 1, "high": 2}
NEGATION_REACH = 4
BLANK = "~"


class EquityField(Document):
    """One field of the typology with its closed list of words."""

    name: Identifier
    values: tuple[Identifier, ...]
    many_valued: bool = False
    meaning: str
    source: Identifier


class FalseFriend(Document):
    """A phrase that looks like a rule's but means something else; it is blanked before any rule looks."""

    phrase: Phrase
    means: str


class Rule(Document):
    """One value of one field, the phrases that speak for it, and why."""

    id: Identifier
    field: Identifier
    value: Identifier
    patterns: Annotated[tuple[Phrase, ...], Field(min_length=1)]
    unless: tuple[Phrase, ...] = Field(default=(), description="Phrases that silence the rule within the same clause.")
    negatable: bool = Field(default=True, description="A negation shortly before the phrase silences it.")
    confidence: Confidence
    reason: str
    source: Identifier


class EquityRules(Document):
    """The rules file as a whole."""

    sources: dict[str, str]
    fields: tuple[EquityField, ...]
    lists: dict[str, tuple[Phrase, ...]]
    negations: tuple[Phrase, ...]
    false_friends: tuple[FalseFriend, ...]
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _refers_to_what_is_there(self) -> Self:
        fields = {field.name: field for field in self.fields}
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                raise ValueError(f"rule {rule.id} is there twice")
            seen.add(rule.id)
            if rule.field in RECORDED_BY_PEOPLE_ONLY:
                raise ValueError(f"rule {rule.id}: {rule.field} is recorded by people, never proposed")
            if rule.field not in fields or rule.value not in fields[rule.field].values or rule.value == UNKNOWN:
                raise ValueError(f"rule {rule.id}: {rule.value} is no word that a rule may propose for {rule.field}")
        for source in [*(rule.source for rule in self.rules), *(field.source for field in self.fields)]:
            if source not in self.sources:
                raise ValueError(f"source {source} is not among the sources")
        phrases = [phrase for rule in self.rules for phrase in (*rule.patterns, *rule.unless)]
        phrases += [phrase for listed in self.lists.values() for phrase in listed]
        for name in {name for phrase in phrases for name in re.findall(r"\{(\w+)\}", phrase)}:
            if name not in self.lists:
                raise ValueError(f"list {name} is not among the lists")
        return self


@dataclass(frozen=True)
class Proposal:
    """One value proposed for one field; ``evidence_words`` are the rule's, ``evidence_field`` is the log's field."""

    field: str
    value: str
    rule_id: str
    evidence_field: str
    evidence_words: str
    confidence: Confidence


@dataclass(frozen=True)
class Conflict:
    """Rules that speak for different values of one field with equal confidence; the field stays unknown."""

    field: str
    values: tuple[str, ...]
    rule_ids: tuple[str, ...]


@dataclass(frozen=True)
class Classification:
    """What the rules make of one project, in the order of the fields in the rules file."""

    proposals: tuple[Proposal, ...]
    conflicts: tuple[Conflict, ...]


@cache
def equity_rules() -> EquityRules:
    """The rules, read once; ConfigurationError names every fault of the file."""
    return read_document(RULES_FILE, EquityRules)


@cache
def classifier_version() -> str:
    """The first twelve hexadecimal digits of the rules file's SHA-256: the version a classification is stored with."""
    return hashlib.sha256(RULES_FILE.read_bytes()).hexdigest()[:12]


def propose(texts: Mapping[str, str]) -> tuple[Proposal, ...]:
    """The values that the rules propose for a project whose texts stand by the name of their field (title, aim, …)."""
    return classify(texts).proposals


def classify(texts: Mapping[str, str]) -> Classification:
    """Proposals and conflicts for one project.

    A field with one value takes the value of the most confident rule; when rules of equal, highest confidence differ it
    takes none and stands among the conflicts. A field with many values takes each value that a rule speaks for.
    """
    strongest: dict[str, dict[str, Proposal]] = {}
    for proposal in _fired(texts):
        values = strongest.setdefault(proposal.field, {})
        known = values.get(proposal.value)
        if known is None or RANK[proposal.confidence] > RANK[known.confidence]:
            values[proposal.value] = proposal
    proposals: list[Proposal] = []
    conflicts: list[Conflict] = []
    for field in equity_rules().fields:
        if field.name not in strongest:
            continue
        found = sorted(strongest[field.name].values(), key=lambda proposal: field.values.index(proposal.value))
        if not field.many_valued:
            best = max(RANK[proposal.confidence] for proposal in found)
            found = [proposal for proposal in found if RANK[proposal.confidence] == best]
        if field.many_valued or len(found) == 1:
            proposals += found
        else:
            conflicts.append(Conflict(field.name, tuple(p.value for p in found), tuple(p.rule_id for p in found)))
    return Classification(tuple(proposals), tuple(conflicts))


def _fired(texts: Mapping[str, str]) -> Iterator[Proposal]:
    """Every rule that fires, once per field of the log it fires in, with the first of its phrases found there."""
    rules = equity_rules().rules
    for evidence_field, text in texts.items():
        evidence: dict[int, str] = {}
        for clause in clauses(text):
            for number, words in _rules_of_clause(clause):
                evidence.setdefault(number, words)
        for number, words in sorted(evidence.items()):
            rule = rules[number]
            yield Proposal(rule.field, rule.value, rule.id, evidence_field, words, rule.confidence)


def _rules_of_clause(words: list[str]) -> Iterator[tuple[int, str]]:
    """Numbers of the rules that fire in the clause, with the phrase that made them, in the order of the phrases."""
    _blank_false_friends(words)
    book, rules = _rule_book(), equity_rules().rules
    found = sorted(book.phrases.find(words))
    if not found:
        return
    silenced = {number for hit in found for number in book.silences[hit.phrase]}
    negations = _negations().find(words)
    for hit in found:
        negated = any(hit.start - NEGATION_REACH <= no.start and no.end <= hit.start for no in negations)
        for number in book.speaks_for[hit.phrase]:
            if number not in silenced and not (negated and rules[number].negatable):
                yield number, book.phrases.phrases[hit.phrase]


def _blank_false_friends(words: list[str]) -> None:
    for friend in _false_friends().find(words):
        words[friend.start : friend.end] = [BLANK] * (friend.end - friend.start)


@dataclass(frozen=True)
class _Book:
    """The rules' phrases, and for each of them the numbers of the rules it speaks for and of those it silences."""

    phrases: PhraseBook
    speaks_for: tuple[tuple[int, ...], ...]
    silences: tuple[tuple[int, ...], ...]


@cache
def _rule_book() -> _Book:
    document = equity_rules()
    speaks: dict[str, list[int]] = {}
    silences: dict[str, list[int]] = {}
    for number, rule in enumerate(document.rules):
        for kind, written in ((speaks, rule.patterns), (silences, rule.unless)):
            for phrase in expanded(written, document.lists):
                kind.setdefault(phrase, []).append(number)
    phrases = tuple(dict.fromkeys([*speaks, *silences]))
    return _Book(
        PhraseBook(phrases),
        tuple(tuple(speaks.get(phrase, ())) for phrase in phrases),
        tuple(tuple(silences.get(phrase, ())) for phrase in phrases),
    )


@cache
def _false_friends() -> PhraseBook:
    document = equity_rules()
    return PhraseBook(expanded((friend.phrase for friend in document.false_friends), document.lists))


@cache
def _negations() -> PhraseBook:
    document = equity_rules()
    return PhraseBook(expanded(document.negations, document.lists))
