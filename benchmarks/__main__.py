"""`python -m benchmarks run`: what the platform costs, as ratios of one run on one machine.

Belongs here: what is measured, and the table. Does not: a limit that fails a build; figures of different runs or
machines don't compare, ratios of one run do. The other actions have modules of their own: statistics.py, golden.py,
qi_report.py.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import golden, statistics
from benchmarks.measure import Cost, cost_of
from benchmarks.qi_report import add_arguments, report

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
EVENHAND = str(Path(sys.executable).parent / "evenhand")
BARE = "bare transcode"
IMPORT = "import orchestration.definitions"
LAKE_LOAD = """
import os
from pathlib import Path
from orchestration.catalogue.registry import dataset_specs
from orchestration.home import Home
from orchestration.lake.store import Lake
from orchestration.refresh.load import load_pending, registering_datasets
home, left = Home(Path(os.environ["EVENHAND_HOME"])), dict(dataset_specs())
Lake(home.lake).prepare()
while left:
    for name in [name for name, spec in left.items() if not set(registering_datasets(spec)) & (left.keys() - {name})]:
        load_pending(home, name)
        del left[name]
"""
TRANSCODE = """
import sys
from pathlib import Path
import duckdb
con = duckdb.connect(config={"threads": 1})
for path in sorted(Path(sys.argv[1]).glob("*.csv")):
    options = "header = false, all_varchar = true, null_padding = true, ignore_errors = true, parallel = false"
    con.execute(f"copy (select * from read_csv('{path}', {options})) to '{path}.parquet' (format parquet)")
"""


def main() -> None:
    """Measure, print a Markdown table, keep the figures in benchmarks/results/."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n")[0])
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("run", help="what a refresh costs")
    add_arguments(actions.add_parser("qi-corpus", help="import a corpus of messy registers and compare with its truth"))
    actions.add_parser("statistics", help="what the marts' statistics cost on many rows")
    against = actions.add_parser("golden", help="reference tables against the macros of the marts")
    against.add_argument("--folder", type=Path, default=golden.default_folder(), help="one folder per table")
    asked = parser.parse_args()
    if asked.action == "golden":
        raise SystemExit(golden.report(asked.folder))
    if asked.action == "qi-corpus":
        raise SystemExit(report(asked))
    if asked.action == "statistics":
        raise SystemExit(statistics.report())
    with tempfile.TemporaryDirectory() as folder:
        costs = dict(measurements(Path(folder)))
    computed = list(statistics.measurements())
    named = costs | {case.name: cost for case, cost in computed}
    result = {"commit": commit(), "machine": machine(), "costs": {name: asdict(cost) for name, cost in named.items()}}
    print(table(costs, str(result["machine"])), statistics.table(iter(computed)), sep="\n\n")
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(tz=UTC):%Y-%m-%dT%H%M}-{result['commit']}.json"
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"\n{path.relative_to(ROOT)}")


def measurements(folder: Path) -> Iterator[tuple[str, Cost]]:
    """Each measured thing with its cost, each in a process of its own; the demo comes first, for the rest need it."""
    home = folder / "demo"
    environment = {**os.environ, "EVENHAND_DEMO_HOME": str(home), "EVENHAND_HOME": str(home)}
    demo = cost_of([EVENHAND, "demo"], environment, folder)
    served = (home / "current").readlink()
    nothing_new = cost_of([EVENHAND, "refresh", "--offline"], environment, folder)
    if (home / "current").readlink() != served:
        raise RuntimeError("the refresh without news released something: did files of the checkout change meanwhile?")
    texts = texts_of(home / "archive", folder / "texts")
    yield f"{BARE} of {texts}", cost_of([sys.executable, "-c", TRANSCODE, str(folder / "texts")], environment, folder)
    again = folder / "again"
    shutil.copytree(home / "archive", again / "archive")
    yield (
        "lake load of all files",
        cost_of([sys.executable, "-c", LAKE_LOAD], {**environment, "EVENHAND_HOME": str(again)}, folder),
    )
    yield "full `evenhand demo`", demo
    yield "`evenhand refresh --offline`, nothing new", nothing_new
    yield IMPORT, cost_of([sys.executable, "-c", IMPORT], environment, folder)


def texts_of(archive: Path, folder: Path) -> str:
    """Write every CSV of the archive, also those in ZIP files, into ``folder``; returns how many and how large."""
    folder.mkdir()
    sizes: list[int] = []
    for row in sorted(archive.glob("*/*.json")):
        document = json.loads(row.read_text(encoding="utf-8"))
        if "sha256" not in document:
            continue
        blob = archive / "blobs" / document["sha256"][:2] / document["sha256"]
        for content in csv_contents(blob, document["name"]):
            (folder / f"{len(sizes):04}.csv").write_bytes(content)
            sizes.append(len(content))
    return f"{len(sizes)} CSV files, {sum(sizes) / 1024**2:.1f} MiB"


def csv_contents(blob: Path, name: str) -> Iterator[bytes]:
    """The CSV texts in one archived file; none for a workbook."""
    if name.casefold().endswith(".csv"):
        yield blob.read_bytes()
    elif zipfile.is_zipfile(blob) and not name.casefold().endswith(".xlsx"):
        with zipfile.ZipFile(blob) as members:
            yield from (members.read(member) for member in members.namelist() if member.casefold().endswith(".csv"))


def table(costs: dict[str, Cost], where: str) -> str:
    """A Markdown table; the ratio is CPU seconds over those of the bare transcode."""
    bare = next(cost.cpu_seconds for name, cost in costs.items() if name.startswith(BARE))
    lines = ["| what | CPU s | ratio | elapsed s | peak MiB |", "|---|---:|---:|---:|---:|"]
    lines += [
        f"| {name} | {cost.cpu_seconds:.2f} | {cost.cpu_seconds / bare:.1f} "
        f"| {cost.elapsed_seconds:.1f} | {cost.peak_mib:.0f} |"
        for name, cost in costs.items()
    ]
    return "\n".join([*lines, "", where])


def commit() -> str:
    """Short name of the checkout's commit, with + when files differ from it; "unknown" outside a checkout."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"], cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout.strip() or "unknown"


def machine() -> str:
    """Processor count, system and Python; load tells whether others were at work."""
    return (
        f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"load at the end {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
