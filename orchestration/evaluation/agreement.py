"""How far people who classified the same projects agree, beyond what chance alone would give.

Belongs here: Cohen's kappa of two coders with its interval, and of every pair of coders per field. Does not: deciding
whose word counts, or reading classifications from anywhere.

Everything is a pure function of sequences; no value that a coder wrote ever stands in a message.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from orchestration.errors import UsageError

Z_95 = 1.959963984540054
MANY_VALUED_SEPARATOR = ";"


@dataclass(frozen=True)
class Agreement:
    """Agreement of two coders over ``n`` things that both coded; shares and kappa are between -1 and 1.

    ``observed`` is the share on which they agree, ``expected`` the share on which they would by chance. None means
    that the data leave it undefined: all four where n is 0; kappa where both used one and the same category throughout,
    because then chance alone agrees always; the limits where kappa is undefined or the standard error is 0 (complete
    agreement in a sample is not certainty).
    """

    n: int
    observed: float | None
    expected: float | None
    kappa: float | None
    lower_95: float | None
    upper_95: float | None


class Coding(NamedTuple):
    """What one coder wrote in one field of one project; a blank or None value was not coded."""

    project_key: str
    field: str
    coder: str
    value: str | None


@dataclass(frozen=True)
class FieldAgreement:
    """Agreement of one pair of coders on one field; the coders stand in alphabetical order."""

    field: str
    first_coder: str
    second_coder: str
    agreement: Agreement


def cohens_kappa(first: Sequence[str | None], second: Sequence[str | None]) -> Agreement:
    """Unweighted kappa of two coders whose codes stand in the same order of things coded.

    kappa = (po - pe) / (1 - pe), with po the share of equal codes and pe the sum over categories of the product of both
    coders' shares (Cohen J, Educ Psychol Meas 1960;20:37-46). The limits are kappa -/+ 1.96 standard errors, cut at -1
    and 1; the squared standard error is the large-sample one for kappa other than 0 (Fleiss JL, Cohen J, Everitt BS,
    Psychol Bull 1969;72:323-7), with pi. and p.i the shares of category i with the first and the second coder:

        (A + B - C) / (n (1 - pe)^2), where
        A = sum over i of pii (1 - (pi. + p.i) (1 - kappa))^2,
        B = (1 - kappa)^2 times the sum over i other than j of pij (p.i + pj.)^2,
        C = (kappa - pe (1 - kappa))^2.

    A thing that one of the two left uncoded (None, blank or NaN) is left out. "unknown" is a code like any other: it
    says that the coder found the log silent. In small samples (n below about 30) the limits are rough.

    Raises UsageError when the sequences differ in length.
    """
    if len(first) != len(second):
        raise UsageError(f"two coders must have coded the same things: {len(first)} codes against {len(second)}")
    pairs = Counter((one, other) for one, other in zip(first, second, strict=True) if _is_coded(one, other))
    n = pairs.total()
    if n == 0:
        return Agreement(0, None, None, None, None, None)
    ours: Counter[str | None] = Counter()
    theirs: Counter[str | None] = Counter()
    for (one, other), count in pairs.items():
        ours[one] += count
        theirs[other] += count
    agreed = sum(count for (one, other), count in pairs.items() if one == other)
    by_chance = sum(count * theirs[category] for category, count in ours.items())
    observed, expected = agreed / n, by_chance / n**2
    if by_chance == n**2:
        return Agreement(n, observed, expected, None, None, None)
    # in whole numbers as far as they go, so that complete agreement is exactly 1
    kappa = (agreed * n - by_chance) / (n**2 - by_chance)
    if agreed == n:
        return Agreement(n, observed, expected, kappa, None, None)
    half_width = Z_95 * math.sqrt(_squared_error(pairs, ours, theirs, kappa, expected))
    if half_width == 0:
        return Agreement(n, observed, expected, kappa, None, None)
    return Agreement(n, observed, expected, kappa, max(-1.0, kappa - half_width), min(1.0, kappa + half_width))


def agreement_by_field(codings: Iterable[Coding]) -> tuple[FieldAgreement, ...]:
    """Kappa of every pair of coders on every field, over the projects that both coded; ordered by field and coders.

    A value of several words parted by semicolons is compared as a set: the order does not matter, every word must be
    there. Pairs without a project in common stand with n = 0, so that nobody takes silence for agreement.

    Raises UsageError when a coder coded one field of one project twice with different words.
    """
    coded: dict[str, dict[str, dict[str, str]]] = {}
    for project_key, field, coder, value in codings:
        coders = coded.setdefault(field, {})
        theirs = coders.setdefault(coder, {})
        if not _is_coded(value):
            continue
        words = _as_set(value)
        if theirs.setdefault(project_key, words) != words:
            raise UsageError(f"a coder has two different codes for one project in the field {field!r}; keep one")
    return tuple(
        FieldAgreement(field, first, second, _over_common(coders[first], coders[second]))
        for field, coders in sorted(coded.items())
        for first, second in combinations(sorted(coders), 2)
    )


def _over_common(first: dict[str, str], second: dict[str, str]) -> Agreement:
    common = sorted(first.keys() & second.keys())
    return cohens_kappa([first[key] for key in common], [second[key] for key in common])


def _squared_error(
    pairs: Counter[tuple[str | None, str | None]],
    ours: Counter[str | None],
    theirs: Counter[str | None],
    kappa: float,
    expected: float,
) -> float:
    """The squared standard error of kappa (Fleiss, Cohen and Everitt 1969); never below 0."""
    n = pairs.total()
    agreeing = math.fsum(
        count / n * (1 - (ours[one] + theirs[one]) / n * (1 - kappa)) ** 2
        for (one, other), count in pairs.items()
        if one == other
    )
    differing = (1 - kappa) ** 2 * math.fsum(
        count / n * ((theirs[one] + ours[other]) / n) ** 2 for (one, other), count in pairs.items() if one != other
    )
    centre = (kappa - expected * (1 - kappa)) ** 2
    return max(0.0, agreeing + differing - centre) / (n * (1 - expected) ** 2)


def _is_coded(*values: str | None) -> bool:
    """Whether every value is text that is not blank; NaN, which a data frame puts for blank, is no text."""
    return all(isinstance(value, str) and value.strip() != "" for value in values)


def _as_set(value: str | None) -> str:
    words = {word.strip() for word in (value or "").split(MANY_VALUED_SEPARATOR)} - {""}
    return MANY_VALUED_SEPARATOR.join(sorted(words))
