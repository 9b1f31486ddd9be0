"""Import the corpus as the door does, and hold what comes out against its truth.

Belongs here: one import of every file without a home, the figures, what a whole home may not hold. Does not: the corpus
(qi_corpus.py, qi_layouts.py) or printing (__main__.py).

No figure is made of what a file says: differences are named by file, place and kind.
"""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.qi_corpus import DATE_FIELDS, TODAY, Corpus, Key
from benchmarks.qi_layouts import FIELDS, ROLES, CorpusFile, TrueRow, is_bare_measure
from benchmarks.qi_places import Mention
from orchestration.catalogue.models import Entity
from orchestration.catalogue.registry import dataset_spec
from orchestration.datasets.protocol import Parsed, SourceFile, Table
from orchestration.datasets.qi_projects.parse import parse
from orchestration.datasets.reading import empty_frame
from orchestration.errors import FileRefused, NotOfThisDataset
from orchestration.qi_logs.columnmaps import RegisterMap, load_maps
from orchestration.qi_logs.importing import canonical_bytes, import_grids
from orchestration.qi_logs.intake import hits_in, opened
from orchestration.qi_logs.organisations import Matcher
from orchestration.qi_logs.resolving import resolved
from orchestration.validation.validate import Validated, validate

DATASET = "qi_projects"
BY_NAME = ("exact_name", "site_name", "alias")
APART = 1_000_000


@dataclass
class Figures:
    """Counts by name, and what went wrong, by place."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def say(self, kind: str, where: str) -> None:
        """Note a difference from the truth."""
        self.problems[kind].append(where)

    def share(self, part: str, whole: str) -> float:
        """``part`` in ``whole``; 1 of nothing."""
        return self.counts[part] / self.counts[whole] if self.counts[whole] else 1.0


@dataclass(frozen=True)
class Loaded:
    """One file as it would stand in the lake."""

    tables: dict[str, Validated]
    places: dict[str, dict[int, str]]


def score(files: Sequence[CorpusFile], matcher: Matcher) -> Figures:
    """Import every file at the level of the engine and count."""
    figures, maps = Figures(), load_maps()
    with tempfile.TemporaryDirectory() as folder:
        admitted = []
        for number, file in enumerate(files):
            path = Path(folder) / str(number)
            path.write_bytes(file.content)
            content = _admitted(figures, file, SourceFile(path, file.name), maps)
            if content is not None:
                path.write_bytes(content)
                admitted.append((file, resolved(parse(SourceFile(path, "canonical.csv")), matcher).parsed))
    for file, loaded in _loaded(admitted):
        _reconcile(figures, file, loaded)
        _score_projects(figures, file, loaded)
        _score_measures(figures, loaded)
        _score_sites(figures, file, loaded)
    return figures


def _admitted(figures: Figures, file: CorpusFile, source: SourceFile, maps: Sequence[RegisterMap]) -> bytes | None:
    """The canonical form of a file that is let in."""
    figures.counts["files"] += 1
    try:
        found = opened(source, DATASET, maps)
    except (FileRefused, NotOfThisDataset) as error:
        figures.counts["refused"] += 1
        figures.say("refused", f"{file.name}: {error}")
        return None
    figures.counts["right map"] += found.chosen.name == file.register.shape
    if found.chosen.name != file.register.shape:
        figures.say("wrong map", f"{file.name}: {found.chosen.name}")
    hits = hits_in(found, file.name)
    _score_privacy(figures, file, {(hit.rule, hit.sheet, hit.row) for hit in hits})
    if hits:
        figures.counts["held"] += 1
        return None
    figures.counts["imported"] += 1
    done = import_grids(found.grids, file.name, found.chosen, today=TODAY)
    if done.register != file.register.name:
        figures.say("register", f"{file.name}: {done.register}")
    return canonical_bytes(done)


def _loaded(admitted: Sequence[tuple[CorpusFile, Parsed]]) -> Iterator[tuple[CorpusFile, Loaded]]:
    """Each file's rows judged by the spec; all files of one issue at once, for that is much faster than one by one."""
    spec = dataset_spec(DATASET)
    for day in sorted({file.issued for file, _ in admitted}):
        issue = [(file, parsed) for file, parsed in admitted if file.issued == day]
        judged = {
            entity.name: _judged(entity, [parsed.tables.get(entity.name) for _, parsed in issue])
            for entity in spec.entities
        }
        for at, (file, parsed) in enumerate(issue):
            tables = {name: judged[name][at] for name in parsed.tables}
            yield file, Loaded(tables, {name: dict(table.places) for name, table in parsed.tables.items()})


def _judged(entity: Entity, tables: Sequence[Table | None]) -> list[Validated]:
    """``validate`` over the tables of several files; rows that were ignored count as if each file had none."""
    given = [(at * APART, table) for at, table in enumerate(tables) if table is not None]
    if not given:
        return [Validated(empty_frame(entity), 0) for _ in tables]
    frame = pd.concat(
        [table.frame.assign(source_row=table.frame["source_row"].astype(int) + start) for start, table in given]
    )
    malformed = tuple(
        replace(bad, source_row=bad.source_row + start) for start, table in given for bad in table.malformed
    )
    whole = Table(frame.reset_index(drop=True), sum(table.read for _, table in given), {}, malformed)
    done = validate(entity, whole, {"organisations": set(_codes(frame))})
    owner = done.frame["source_row"] // APART
    return [
        Validated(
            done.frame[owner == at].assign(source_row=lambda part, at=at: part["source_row"] - at * APART),
            table.read if table else 0,
            tuple(replace(q, source_row=q.source_row % APART) for q in done.quarantined if q.source_row // APART == at),
        )
        for at, table in enumerate(tables)
    ]


def _codes(frame: pd.DataFrame) -> Iterable[str]:
    return frame["organisation_code"].dropna() if "organisation_code" in frame else ()


def _score_privacy(figures: Figures, file: CorpusFile, hits: set[tuple[str, str, int]]) -> None:
    canaries = file.register.canaries
    figures.counts["canaries"] += len(canaries) if _has_projects(file) else 0
    if not canaries:
        figures.counts["clean files"] += 1
        figures.counts["falsely held"] += bool(hits)
        for rule, sheet, row in sorted(hits):
            figures.say("false hit", f"{file.name}: {rule} {sheet} row {row}")
        return
    if not _has_projects(file):
        return
    figures.counts["files with canaries"] += 1
    figures.counts["files with canaries held"] += bool(hits)
    rows = {true.entry.ref: true for true in file.rows if true.entry and true.entity == "projects"}
    for canary in canaries:
        true = rows[canary.place.partition(":")[0]]
        places = {(rule, number) for rule, sheet, number in hits if sheet in ("", f"sheet {true.sheet}")}
        is_found = (canary.kind, true.row) in places
        figures.counts["canaries found"] += is_found
        if not is_found:
            figures.say(f"canary not found: {canary.kind}", f"{file.name}, row {true.row}: {canary.text}")


def _has_projects(file: CorpusFile) -> bool:
    return any(row.entity == "projects" for row in file.rows)


def place(file: CorpusFile, row: TrueRow) -> str:
    """The row as the canonical form names it."""
    return f"row {row.row}" if file.name.endswith(".csv") else f"sheet {row.sheet}, row {row.row}"


def _reconcile(figures: Figures, file: CorpusFile, loaded: Loaded) -> None:
    """Rows of the file are loaded, quarantined or ignored, each once."""
    figures.counts["files counted"] += 1
    expected = Counter(row.entity for row in file.rows)
    is_right = all(
        table.read == len(table.frame) + table.quarantined_rows + sum(table.ignored.values())
        for table in loaded.tables.values()
    ) and all(loaded.tables[entity].read == rows for entity, rows in expected.items())
    figures.counts["files reconciled"] += is_right
    for entity, table in loaded.tables.items():
        figures.counts[f"{entity} loaded"] += len(table.frame)
        figures.counts[f"{entity} quarantined"] += table.quarantined_rows
    if not is_right:
        read = {name: table.read for name, table in loaded.tables.items()}
        figures.say("counts", f"{file.name}: {dict(expected)} {read}")


def _score_projects(figures: Figures, file: CorpusFile, loaded: Loaded) -> None:
    """Every row is loaded with its values, or quarantined by its rule."""
    if "projects" not in loaded.tables:
        return
    table, places = loaded.tables["projects"], loaded.places["projects"]
    rows = {places[row["source_row"]]: row for row in table.frame.to_dict("records")}
    rules: dict[str, set[str]] = defaultdict(set)
    for fault in table.quarantined:
        rules[places[fault.source_row]].add(fault.rule)
    for true in file.rows:
        if true.entity != "projects":
            continue
        at = place(file, true)
        if true.rule:
            figures.counts[f"planted {true.rule}"] += 1
            figures.counts[f"found {true.rule}"] += true.rule in rules[at]
            if true.rule not in rules[at]:
                figures.say(f"not found: {true.rule}", f"{file.name}, {at}: {sorted(rules[at])}")
        elif at in rows:
            figures.counts["rows rightly loaded"] += 1
            _score_values(figures, file, at, true, rows[at])
        else:
            figures.say("wrongly quarantined", f"{file.name}, {at}: {sorted(rules[at])}")


def _score_measures(figures: Figures, loaded: Loaded) -> None:
    """A measure without role and direction stays without; nobody fills them in."""
    if "measures" not in loaded.tables:
        return
    places = loaded.places["measures"]
    for row in loaded.tables["measures"].frame.to_dict("records"):
        number = int(places[row["source_row"]].rpartition(" ")[2])
        meant = ("unknown", "unknown") if is_bare_measure(number) else ("outcome", "higher")
        figures.counts["measures"] += 1
        figures.counts["measures right"] += (row["measure_role"], row["direction"]) == meant
        figures.counts["bare measures"] += is_bare_measure(number)


def _score_values(figures: Figures, file: CorpusFile, at: str, true: TrueRow, row: dict[str, Any]) -> None:
    assert true.entry is not None  # noqa: S101 rows without an entry have a rule
    known = FIELDS[file.register.shape]
    for name, written in {**true.entry.words, **true.entry.dates}.items():
        if name not in known:
            continue
        kind = "dates" if name in DATE_FIELDS else "words"
        value = _dated(row, name) if name in DATE_FIELDS else row[name]
        figures.counts[kind] += 1
        figures.counts[f"{kind} right"] += value == written.meant
        if value != written.meant:
            figures.say(f"wrong {kind}", f"{file.name}, {at}, {name}: {written.cell!r} → {value}")
    for flag in true.entry.flags - _not_shown(file):
        figures.counts["flags"] += 1
        figures.counts["flags found"] += flag in (row["flags"] or "").split(";")
        if flag not in (row["flags"] or "").split(";"):
            figures.say(f"flag {flag}", f"{file.name}, {at}: {row['flags']}")
    figures.counts["texts"] += 1
    figures.counts["texts kept"] += row["title"] == " ".join(true.entry.title.split())


def _not_shown(file: CorpusFile) -> set[str]:
    """Flags that a shape has no columns for."""
    without_measures = {"aim_without_measure"} if file.register.shape == "q_exchange" else set()
    return without_measures | (
        {"completed_with_low_score"} if file.register.shape == "clinical_audit_register" else set()
    )


def _dated(row: dict[str, Any], name: str) -> str:
    if row[name] is None or row[name] != row[name]:
        return ""
    return f"{row[name]:%Y-%m-%d}~{row[name.removesuffix('_on') + '_precision']}"


def _score_sites(figures: Figures, file: CorpusFile, loaded: Loaded) -> None:
    """Codes at each place against those meant there; projects that are not loaded are left out."""
    if "sites" not in loaded.tables:
        return
    table, places = loaded.tables["sites"], loaded.places["sites"]
    got: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in table.frame.to_dict("records"):
        got[places[row["source_row"]]].append((row["organisation_code"], row["match_method"]))
    is_template = file.register.shape == "evenhand_template"
    for true in file.rows:
        entry = true.entry
        if entry is None or entry.rule or true.entity != ("sites" if is_template else "projects"):
            continue
        at = place(file, true)
        mentions = [entry.sites[_nth(file, true)]] if is_template else entry.sites
        _score_place(figures, f"{file.name}, {at}", _meant(file, mentions), got[at])


def _meant(file: CorpusFile, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions that the shape has a column for; a sheet of sites without projects knows no day."""
    shown = [mention for mention in mentions if mention.role in ROLES[file.register.shape]]
    if file.register.shape == "evenhand_template":  # one organisation to a row: two codes in a cell are none
        shown = [replace(one, codes=(), ever=()) if one.kind == "two_joined" else one for one in shown]
    return shown if _has_projects(file) else [replace(one, codes=one.ever) for one in shown]


def _nth(file: CorpusFile, true: TrueRow) -> int:
    """Which of its project's sites a row of the template's sheet of sites is."""
    return sum(row.entry is true.entry and row.entity == "sites" and row.row < true.row for row in file.rows)


def _score_place(figures: Figures, at: str, mentions: Sequence[Mention], got: list[tuple[str, str]]) -> None:
    meant = {code: mention.kind for mention in mentions for code in mention.codes}
    figures.counts["mentions"] += len(mentions)
    figures.counts["organisations meant"] += len(meant)
    matched = dict(got)
    figures.counts["organisations matched"] += len(matched)
    figures.counts["organisations right"] += len(matched.keys() & meant.keys())
    for code in matched.keys() - meant.keys():
        figures.counts["wrong by name"] += matched[code] in BY_NAME
        figures.say("wrong organisation", f"{at}: {matched[code]}, {[mention.kind for mention in mentions]}")
    for code in meant.keys() - matched.keys():
        figures.say(f"organisation missed: {meant[code]}", at)


@dataclass(frozen=True)
class Recovered:
    """How much of a planted truth was found: ``others`` were named and not planted."""

    planted: int
    found: int
    others: int


def score_duplicates(corpus: Corpus, candidates: Iterable[tuple[Key, Key]]) -> Recovered:
    """Pairs of (register, reference) that are said to be one project, in any order, against those planted."""
    named = {frozenset(pair) for pair in candidates}
    planted = {frozenset(pair) for pair in corpus.duplicates}
    return Recovered(len(planted), len(planted & named), len(named - planted))


def score_reused(corpus: Corpus, found: Iterable[Key]) -> Recovered:
    """References that are said to have gone to another project, against those planted."""
    named = set(found)
    return Recovered(len(corpus.reused), len(corpus.reused & named), len(named - corpus.reused))


def score_deleted(corpus: Corpus, found: Iterable[Key]) -> Recovered:
    """Projects that a later release is said not to name any more, against those planted."""
    named = set(found)
    return Recovered(len(corpus.deleted), len(corpus.deleted & named), len(named - corpus.deleted))
