"""Find many short phrases in a text at once, whole word by whole word.

Belongs here: the small language in which phrases are written, cutting a text into clauses of words, the search. Does
not: what a phrase means (equity.py and its rules).

A phrase is written in small letters without punctuation. ``*`` ends a word in any way, ``/`` parts alternatives, ``..``
skips up to three words, ``{name}`` stands for every phrase of the list of that name. A plain word of three letters or
more also matches with an s. The phrases stand in one tree that shares their beginnings, so that a text is read once
however many there are.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

GAP = ".."
SKIPPED_WORDS = 3
SHORTEST_WITH_S = 3
WORD_OF_PHRASE = r"(?:\{[a-z0-9_]+\}|[a-z0-9]+\*?(?:/[a-z0-9]+\*?)*)"
PHRASE = rf"^{WORD_OF_PHRASE}(?: (?:\.\. )?{WORD_OF_PHRASE})*$"
CLAUSE_END = re.compile(r"[;:!?()\[\]|\r\n\u2022]|\.(?=\s|$)|\s[-\u2013\u2014]+\s")
NO_WORD = re.compile(r"[\W_]+")
APOSTROPHES = re.compile(r"['\u2018\u2019\u02bc`]")


class Found(NamedTuple):
    """A phrase by its number, and the words it covers: ``start`` up to, not including, ``end``."""

    phrase: int
    start: int
    end: int


def clauses(text: str) -> Iterator[list[str]]:
    """The words of each clause in small letters; stops, colons, brackets, lone dashes and line ends part clauses."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = APOSTROPHES.sub("", plain.casefold()).replace("+", " plus ")
    for piece in CLAUSE_END.split(plain):
        words = NO_WORD.sub(" ", piece).split()
        if words:
            yield words


def expanded(phrases: Iterable[str], lists: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Every phrase with its lists and alternatives written out, each once, in order."""
    written: dict[str, None] = {}
    for phrase in phrases:
        parts = [
            expanded(lists[token[1:-1]], lists) if token.startswith("{") else _alternatives(token)
            for token in phrase.split()
        ]
        written.update(dict.fromkeys(" ".join(words) for words in product(*parts)))
    return tuple(written)


def _alternatives(token: str) -> tuple[str, ...]:
    return (token,) if token == GAP else tuple(token.split("/"))


class _Node:
    """Where a phrase stands after some of its words."""

    __slots__ = ("after_gap", "ends", "following")

    def __init__(self) -> None:
        self.following: dict[str, _Node] = {}
        self.after_gap: _Node | None = None
        self.ends: list[int] = []


class PhraseBook:
    """Phrases without lists or alternatives, ready to be found; they are numbered in the order given."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self.phrases = tuple(phrases)
        self._root = _Node()
        tokens: set[str] = set()
        for number, phrase in enumerate(self.phrases):
            node = self._root
            for token in phrase.split():
                if token == GAP:
                    node.after_gap = node.after_gap or _Node()
                    node = node.after_gap
                else:
                    node = node.following.setdefault(token, _Node())
                    tokens.add(token)
            node.ends.append(number)
        self._tokens = frozenset(tokens)
        self._tokens_of = lru_cache(maxsize=65_536)(self._read_word)

    def find(self, words: Sequence[str]) -> list[Found]:
        """All phrases that the words hold, each once per place, in the order in which they start."""
        tokens = [self._tokens_of(word) for word in words]
        found: dict[Found, None] = {}
        for start, here in enumerate(tokens):
            for token in here:
                node = self._root.following.get(token)
                if node is not None:
                    _follow(node, tokens, start, start + 1, found)
        return list(found)

    def _read_word(self, word: str) -> tuple[str, ...]:
        """The tokens of these phrases that the word matches."""
        stems = [f"{word[:end]}*" for end in range(1, len(word) + 1)]
        singular = [word[:-1]] if word.endswith("s") and len(word) > SHORTEST_WITH_S else []
        return tuple(token for token in (word, *singular, *stems) if token in self._tokens)


def _follow(node: _Node, tokens: list[tuple[str, ...]], start: int, end: int, found: dict[Found, None]) -> None:
    """Note the phrases that end with the word before ``end``, and go on to those that need more words."""
    for number in node.ends:
        found[Found(number, start, end)] = None
    if node.following and end < len(tokens):
        for token in tokens[end]:
            following = node.following.get(token)
            if following is not None:
                _follow(following, tokens, start, end + 1, found)
    if node.after_gap is not None:
        further = node.after_gap.following
        for at in range(end, min(end + 1 + SKIPPED_WORDS, len(tokens))):
            for token in tokens[at]:
                following = further.get(token)
                if following is not None:
                    _follow(following, tokens, start, at + 1, found)
