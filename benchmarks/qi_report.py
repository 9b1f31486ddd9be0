"""`python -m benchmarks qi-corpus`: figures of the corpus of registers, as a table with what each ought to be.

Belongs here: arguments, the table, the places of differences. Does not: the corpus, the import or the comparison.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Cost

if TYPE_CHECKING:
    from benchmarks.qi_corpus import Corpus
    from benchmarks.qi_layouts import CorpusFile
    from benchmarks.qi_scoring import Figures
    from orchestration.home import Home

SHOWN = 5
MAX_CPU_SECONDS, MAX_MIB = 60, 1024
Line = tuple[str, str, str, bool]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The action's own arguments."""
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--organisations", type=Path, help="a published register of trusts (etr.csv), not simulated ones"
    )
    parser.add_argument("--projects", type=int, default=0, help="also import one register of so many projects")
    parser.add_argument("--through-home", action="store_true", help="also through a home, and search all it leaves")


def report(asked: argparse.Namespace) -> int:
    """Print the figures; 1 when one of them is not what it ought to be."""
    from benchmarks.qi_corpus import make_corpus
    from benchmarks.qi_layouts import files_of
    from benchmarks.qi_places import published_organisations, simulated_organisations
    from benchmarks.qi_scoring import score

    known = published_organisations(asked.organisations) if asked.organisations else simulated_organisations(asked.seed)
    corpus = make_corpus(known, seed=asked.seed)
    files = [file for register in corpus.registers for file in files_of(register)]
    print(f"SYNTHETIC: {corpus.projects} projects, {len(corpus.registers)} registers, {len(files)} files\n")
    figures = score(files, known.matcher())
    lines = list(engine_lines(figures))
    if asked.through_home:
        lines += home_lines(corpus, files, asked.seed)
    if asked.projects:
        lines += speed_lines(asked.projects, asked.seed)
    print(table(lines))
    for kind, places in sorted(figures.problems.items()):
        print(f"\n{kind}: {len(places)}")
        print("\n".join(f"  {place}" for place in places[:SHOWN]))
    return 0 if all(is_right for *_, is_right in lines) else 1


def engine_lines(figures: "Figures") -> Iterator[Line]:
    """What the import of every file without a home showed."""
    count = figures.counts
    yield _share(figures, "files read by the right map", "right map", "files", 1.0)
    yield _none("files refused", count["refused"])
    yield _share(figures, "files with canaries that are held", "files with canaries held", "files with canaries", 1.0)
    yield _share(figures, "canaries found in their row by their rule", "canaries found", "canaries", 1.0)
    yield _none(f"clean files held (of {count['clean files']})", count["falsely held"])
    yield _share(figures, "precision of organisations", "organisations right", "organisations matched", 0.99)
    yield _share(figures, "recall of organisations", "organisations right", "organisations meant", 0.95)
    yield _none("wrong organisations by name", count["wrong by name"])
    for name in sorted(count):
        if name.startswith("planted "):
            rule = name.removeprefix("planted ")
            yield _share(figures, f"rows quarantined: {rule}", f"found {rule}", name, 1.0)
    yield _none("rows wrongly quarantined", len(figures.problems.get("wrongly quarantined", ())))
    yield _share(figures, "dates as meant, with precision", "dates right", "dates", 1.0)
    yield _share(figures, "words placed as meant", "words right", "words", 1.0)
    yield _share(figures, "measures as meant, bare ones unknown", "measures right", "measures", 1.0)
    yield _share(figures, "oddities flagged", "flags found", "flags", 1.0)
    yield _share(figures, "titles kept as inert text", "texts kept", "texts", 1.0)
    yield _share(figures, "files whose counts reconcile", "files reconciled", "files counted", 1.0)


def home_lines(corpus: "Corpus", files: Sequence["CorpusFile"], seed: int) -> Iterator[Line]:
    """What a home made of all files: outcomes, counts, and artefacts with a secret in them."""
    from benchmarks.qi_homes import DATASET, hand_in, home_of, left_behind, taken_in
    from orchestration.lake.store import Lake

    with tempfile.TemporaryDirectory() as folder:
        home = home_of(Path(folder), seed)
        hand_in(home, files)
        said = taken_in(home)
        with_projects = [file for file in files if any(row.entity == "projects" for row in file.rows)]
        held = {file.name for file in with_projects if file.register.canaries}
        was_held = {name for name in held if f"held\t{name}\t" in said}
        yield "files with canaries held by the home", f"{len(was_held)} of {len(held)}", "all", was_held == held
        loaded = said.count("loaded\t") + said.count("already known\t")
        wanted = len(files) - len(held)
        yield "files loaded by the home, or known", f"{loaded} of {wanted}", "all", loaded == wanted
        reports = Lake(home.lake).reports(DATASET)
        wrong = [
            counts
            for one in reports
            for counts in one.counts
            if counts.rows_read != counts.rows_loaded + counts.rows_quarantined + counts.rows_ignored
        ]
        yield _none("load reports that do not reconcile", len(wrong))
        yield from history_lines(corpus, home)
        (Path(folder) / "home" / "build" / "said.txt").write_text(said, encoding="utf-8")
        secrets = sorted({secret for canary in corpus.canaries for secret in canary.secrets})
        left = left_behind(home.root, [*secrets, "Quorvex", "quorvex", "@example.org"], but_not_in=home.inbox / DATASET)
        yield f"artefacts with one of {len(secrets)} secrets, or a personal column", str(len(left)), "0", not left
        for path in left[:SHOWN]:
            print(f"left behind in {path}")


def history_lines(corpus: "Corpus", home: "Home") -> Iterator[Line]:
    """Duplicates, references given to other work and deletions that the marts find, against those planted."""
    from benchmarks.qi_homes import history_of
    from benchmarks.qi_scoring import score_deleted, score_duplicates, score_reused

    with history_of(home) as con:
        pairs = con.execute(
            "select register_a, project_ref_a, register_b, project_ref_b from marts.qi_duplicate_candidates"
        ).fetchall()
        reused = con.execute(
            "select distinct register, project_ref from intermediate.int_qi_projects__versioned where generation > 1"
        ).fetchall()
        gone = con.execute(
            "select distinct register, project_ref from intermediate.int_qi_projects__versioned "
            "where tombstone_reason = 'missing' and is_newest"
        ).fetchall()
    for what, found in (
        ("duplicates found as candidates", score_duplicates(corpus, [((a, b), (c, d)) for a, b, c, d in pairs])),
        ("references given to other work", score_reused(corpus, reused)),
        ("deleted projects", score_deleted(corpus, gone)),
    ):
        got = f"{found.found} of {found.planted}, {found.others} others"
        yield what, got, "all", found.found == found.planted


def speed_lines(projects: int, seed: int) -> Iterator[Line]:
    """What one large register costs."""
    from benchmarks.qi_corpus import large_register
    from benchmarks.qi_homes import cost_of_import, hand_in, home_of
    from benchmarks.qi_layouts import files_of
    from benchmarks.qi_places import simulated_organisations

    with tempfile.TemporaryDirectory() as folder:
        home = home_of(Path(folder), seed)
        register = large_register(simulated_organisations(seed), projects, date(2025, 10, 31), seed)
        hand_in(home, files_of(register))
        cost: Cost = cost_of_import(home)
    is_cheap = cost.cpu_seconds < MAX_CPU_SECONDS
    yield f"CPU seconds for {projects} projects", f"{cost.cpu_seconds:.1f}", f"< {MAX_CPU_SECONDS}", is_cheap
    yield "peak MiB", f"{cost.peak_mib:.0f}", f"< {MAX_MIB}", cost.peak_mib < MAX_MIB


def table(lines: Sequence[Line]) -> str:
    """A Markdown table."""
    rows = [f"| {what} | {got} | {wanted} | {'' if is_right else '**no**'} |" for what, got, wanted, is_right in lines]
    return "\n".join(["| what | figure | ought to be | |", "|---|---:|---:|---|", *rows])


def _share(figures: "Figures", what: str, part: str, whole: str, least: float) -> Line:
    share = figures.share(part, whole)
    got = f"{figures.counts[part]} of {figures.counts[whole]} ({100 * share:.1f} %)"
    return what, got, f"{100 * least:.0f} %", share >= least


def _none(what: str, count: int) -> Line:
    return what, str(count), "0", count == 0
