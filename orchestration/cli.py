"""The command line: `evenhand`.

Belongs here: arguments, exit codes, what is printed. Does not: work; each command calls one function of a room.
Reading commands never import Dagster; every one takes --json.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from orchestration.errors import EvenhandError, ExitCode, UsageError
from orchestration.home import Home

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__.split("\n")[0]
)
quarantine_app = typer.Typer(no_args_is_help=True, help="Rows that broke a rule.")
app.add_typer(quarantine_app, name="quarantine")
log_app = typer.Typer(no_args_is_help=True, help="QI logs and other records that users supply.")
app.add_typer(log_app, name="log")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
MIB = 1024


def main() -> None:
    """Run the command line; expected errors print one message and give their exit code."""
    _log_to_stderr()
    try:
        sys.exit(app(standalone_mode=False) or ExitCode.OK)
    except EvenhandError as error:
        typer.echo(f"evenhand: {error}", err=True)
        sys.exit(error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception as error:
        if hasattr(error, "format_message"):
            if message := error.format_message():
                typer.echo(f"evenhand: {message}", err=True)
            sys.exit(ExitCode.USAGE)
        raise


def _log_to_stderr() -> None:
    """Retry messages and the like go to standard error, so that --json output stays JSON."""
    import structlog

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


@app.command()
def refresh(
    folder: Annotated[Path | None, typer.Option("--from", help="Take files from FOLDER/<dataset>/ instead.")] = None,
    dataset: Annotated[list[str] | None, typer.Option(help="Only this dataset (repeatable).")] = None,
    offline: Annotated[bool, typer.Option(help="Ask no publisher; load what is archived and in the inbox.")] = False,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Rebuild what was known on this day, into --into.")
    ] = None,
    into: Annotated[Path | None, typer.Option(help="A new folder: the home of the past state.")] = None,
    as_json: AsJson = False,
) -> None:
    """Load whatever is new, rebuild the marts, publish a release."""
    if (as_of is None) != (into is None):
        raise UsageError("--as-of DATE and --into FOLDER go together")
    if as_of is not None and into is not None:
        raise typer.Exit(_refresh_as_of(as_of.date(), into, folder, dataset, as_json=as_json))
    from orchestration.catalogue.registry import dataset_spec
    from orchestration.refresh.outcomes import RefreshRequest

    for name in dataset or ():
        dataset_spec(name)
    if folder is not None and not folder.is_dir():
        raise UsageError(f"{folder} is no folder")
    request = RefreshRequest(folder.resolve() if folder else None, tuple(dataset or ()), offline=offline)
    code = run_refresh(Home.default(), request, as_json=as_json)
    raise typer.Exit(code)


def _refresh_as_of(on: date, into: Path, folder: Path | None, dataset: list[str] | None, *, as_json: bool) -> ExitCode:
    """Rebuild the state of a day in a home of its own."""
    from orchestration.refresh.as_of import past_home
    from orchestration.refresh.lock import writer_lock
    from orchestration.refresh.outcomes import RefreshRequest

    if folder is not None or dataset:
        raise UsageError("a past state is rebuilt from what this home holds, whole; leave --from and --dataset out")
    home = Home.default()
    with writer_lock(home, "evenhand refresh --as-of"):
        past = past_home(home, into.resolve(), on)
    return run_refresh(past, RefreshRequest(offline=True), as_json=as_json)


def run_refresh(home: Home, request: Any, *, as_json: bool = False) -> ExitCode:
    """Plan, run the job when something is new, print what became of each file; returns the exit code."""
    from orchestration.refresh.lock import writer_lock
    from orchestration.refresh.plan import make_plan
    from orchestration.refresh.report import print_refresh

    home.create()
    with writer_lock(home, "evenhand refresh"):
        with _progress("looking for new files"):
            plan = make_plan(home, request)
        result = None
        if plan.is_needed:
            from orchestration.automation import intake_config
            from orchestration.instance import run_refresh_job

            with _progress("loading, building, auditing") as say:
                result = run_refresh_job(home, intake_config(already_acquired=True), say)
    return print_refresh(home, plan, result, as_json=as_json, memory=peak_memory())


@contextmanager
def _progress(what: str) -> Iterator[Callable[[str], None]]:
    """A spinner on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda text: None
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda text: status.update(f"{what}: {text}")


def peak_memory() -> dict[str, int]:
    """Peak resident memory in MiB of this process and of its largest child."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"process_mib": own // MIB, "largest_child_mib": child // MIB}


@app.command()
def status(as_json: AsJson = False) -> None:
    """What the home holds, what is due, what waits for someone."""
    from orchestration.publication.release import current_release, read_manifest
    from orchestration.refresh.held import held_releases
    from orchestration.refresh.holding import holds
    from orchestration.refresh.lock import holder
    from orchestration.refresh.status import dataset_statuses

    home = Home.default()
    rows = [asdict(row) for row in dataset_statuses(home)]
    serving = current_release(home)
    facts = {
        "home": str(home.root),
        "synthetic": home.settings.synthetic,
        "release": read_manifest(serving)["identity"] if serving else None,
        "release_folder": str(serving) if serving else None,
        "writer": holder(home),
        "inbox": len([path for path in home.inbox.glob("[!.]*/[!.]*") if path.is_file()]) if home.inbox.exists() else 0,
    }
    held = held_releases(home)
    logs = holds(home)
    if as_json:
        waiting = [{"dataset": name, "release": sha256, "reason": why} for (name, sha256), why in held.items()]
        _print_json({**facts, "datasets": rows, "held": waiting, "held_logs": [asdict(one) for one in logs]})
        return
    for name, value in facts.items():
        typer.echo(f"{name:<16}{value if value is not None else 'none'}")
    typer.echo("")
    _print_table(rows)
    for (name, sha256), reason in held.items():
        typer.echo(f"held: {name} {sha256[:12]}: {reason}; `evenhand accept {name} {sha256[:12]}` lets it through")
    for one in logs:
        where = "; ".join(one.places[:3]) + (f"; and {len(one.places) - 3} more" if len(one.places) > 3 else "")
        typer.echo(f"held: {one.dataset} {one.sha256[:12]} ({one.name}): {where}; deleted on {one.purge_on}")


@quarantine_app.command("list")
def quarantine_list(dataset: Annotated[str | None, typer.Option()] = None, as_json: AsJson = False) -> None:
    """Quarantined rows by dataset, file, entity and rule."""
    from orchestration.refresh.quarantine import summary

    rows = summary(Home.default(), dataset)
    _print_json(rows) if as_json else _print_table(rows)


@quarantine_app.command("show")
def quarantine_show(
    dataset: str,
    release: Annotated[str, typer.Argument(help="First digits of the release's sha256.")],
    as_json: AsJson = False,
) -> None:
    """Quarantined rows of one file: entity, row, rule, column, suggestions; never a value."""
    from orchestration.refresh.quarantine import rows_of

    rows = rows_of(Home.default(), dataset, release)
    _print_json(rows) if as_json else _print_table(rows)


@app.command()
def accept(
    dataset: str,
    release: Annotated[str, typer.Argument(help="First digits of the file's sha256.")],
    not_personal: Annotated[
        bool, typer.Option(help="A held log: I have looked, and what was found is about no person.")
    ] = False,
) -> None:
    """Let a held release or log through, or a refused file try again after the spec or its neighbours changed."""
    from orchestration.refresh.held import accept as let_through
    from orchestration.refresh.holding import accept_held

    home = Home.default()
    said = accept_held(home, dataset, release, not_personal=not_personal)
    typer.echo(said or let_through(home, dataset, release))


@app.command()
def purge() -> None:
    """Delete held logs whose thirty days are over from the inbox."""
    from orchestration.refresh.holding import purge_expired

    purged = purge_expired(Home.default())
    for record in purged:
        typer.echo(f"purged: {record.dataset}/{record.name}, held since {record.held_on}")
    typer.echo(f"{len(purged)} held files were deleted")


@log_app.command("check")
def log_check(
    file: Annotated[Path, typer.Argument(help="A spreadsheet or delimited file.")],
    dataset: Annotated[str | None, typer.Option(help="What it is, if not a QI log.")] = None,
    annotated: Annotated[Path | None, typer.Option(help="Write a copy with the messages beside each row here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say row by row what would become of a file; nothing is loaded, kept or sent."""
    from orchestration.datasets.protocol import SourceFile
    from orchestration.qi_logs.check import told, write_annotated
    from orchestration.refresh.user_files import check_file

    result = check_file(Home.default(), file, dataset)
    if annotated is not None and result.verdict != "refused":
        write_annotated(SourceFile(file, file.name), result, annotated)
    if as_json:
        _print_json(
            {**asdict(result), "findings": [{**asdict(one), "place": result.place(one)} for one in result.findings]}
        )
    else:
        typer.echo(told(result))
        if annotated is not None and annotated.exists():
            typer.echo(f"annotated copy: {annotated}; it holds the whole file, keep it where the file is kept")
    raise typer.Exit(ExitCode.OK if result.verdict == "loads" else ExitCode.ATTENTION)


@log_app.command("map")
def log_map(
    file: Annotated[Path, typer.Argument(help="A spreadsheet or delimited file.")],
    out: Annotated[Path | None, typer.Option(help="Write the proposal here instead of printing it.")] = None,
) -> None:
    """Propose a column map for a register that no map fits, and show what could not be placed."""
    from orchestration.refresh.user_files import propose_for

    proposal = propose_for(file)
    text = proposal.as_yaml()
    if out is None:
        typer.echo(text)
        return
    if out.exists():
        raise UsageError(f"{out} exists; a map that somebody may have mended is not overwritten")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    typer.echo(
        f"{out}: {len(proposal.placed)} columns placed, {proposal.personal} dropped as personal, "
        f"{len(proposal.guessed)} guessed, {len(proposal.unplaced)} not placed. Read it, then keep it in "
        f"{Home.default().maps}"
    )


@log_app.command("import")
def log_import(
    file: Annotated[Path, typer.Argument(help="A spreadsheet or delimited file.")],
    dataset: Annotated[str | None, typer.Option(help="What it is, if not a QI log.")] = None,
    register: Annotated[str | None, typer.Option(help="The register's name; else the file's without dates.")] = None,
    as_json: AsJson = False,
) -> None:
    """Copy a file into the locked inbox and refresh; a corrected file of the same name takes its place."""
    from orchestration.datasets.records import register_of
    from orchestration.refresh.outcomes import RefreshRequest
    from orchestration.refresh.user_files import hand_in

    if register is not None and register_of(register) != register:
        raise UsageError(
            f"a register is named in small letters, digits and hyphens, without dates: {register_of(register)}"
        )
    home = Home.default()
    name, _ = hand_in(home, file, dataset=dataset, register=register)
    raise typer.Exit(run_refresh(home, RefreshRequest(datasets=(name,), offline=True), as_json=as_json))


@log_app.command("plan")
def log_plan(
    organisation: Annotated[str, typer.Argument(help="ODS or GSS code.")],
    measure: Annotated[str, typer.Argument(help="A measure's name, as the mart `measures` has it.")],
    dimension: Annotated[str, typer.Option(help="deprivation, ethnicity, sex or age.")] = "deprivation",
    as_json: AsJson = False,
) -> None:
    """Before a project starts: the gap now, peers, who is missing, the change that could be seen and when."""
    from orchestration.refresh.planning import plan, render

    planned = plan(Home.default(), organisation, measure, dimension)
    _print_json(planned) if as_json else typer.echo(render(planned))


@log_app.command("template")
def log_template(
    out: Annotated[Path, typer.Argument(help="Where to write the empty workbook.")],
    dataset: Annotated[str, typer.Option(help="qi_projects, or another dataset that users supply.")] = "qi_projects",
) -> None:
    """Write the empty workbook that people fill in."""
    from orchestration.catalogue.registry import dataset_spec
    from orchestration.qi_logs.template import write_template

    if not dataset_spec(dataset).is_user_supplied:
        raise UsageError(f"{dataset} comes from its publisher, not from users")
    if out.exists():
        raise UsageError(f"{out} exists; nothing is overwritten")
    typer.echo(str(write_template(out, dataset)))


@app.command()
def sql(
    query: str, as_json: AsJson = False, as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False
) -> None:
    """Query the published marts: read-only, no file, network or extension within reach."""
    from orchestration.publication.query import run_query

    columns, rows = run_query(Home.default(), query)
    if as_csv:
        import csv

        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows(rows)
        return
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    _print_json(records) if as_json else _print_table(records)


@app.command()
def verify(
    release: Annotated[str | None, typer.Argument(help="A release's name; the current one by default.")] = None,
) -> None:
    """Compare a release's files with its manifest."""
    from orchestration.errors import GateRefused
    from orchestration.publication.release import current_release, read_manifest, releases, verify_files

    home = Home.default()
    folders = [folder for folder in releases(home) if release and folder.name.startswith(release)]
    folder = folders[0] if folders else current_release(home) if release is None else None
    if folder is None:
        kept = ", ".join(folder.name for folder in releases(home)) or "none; `evenhand refresh` makes one"
        raise UsageError(f"there is no release {release or 'being served'}; kept: {kept}")
    if problems := verify_files(folder):
        raise GateRefused(f"release {folder.name} is not whole: {'; '.join(problems)}")
    typer.echo(f"{folder.name}: {len(read_manifest(folder)['files'])} files are as the manifest says")


@app.command()
def rollback(
    to: Annotated[str | None, typer.Option(help="Start of a release's name; the one before by default.")] = None,
) -> None:
    """Serve an earlier release."""
    from orchestration.publication import release as steps
    from orchestration.refresh.lock import writer_lock

    home = Home.default()
    with writer_lock(home, "evenhand rollback"):
        folder = steps.rollback(home, to)
    typer.echo(f"now serving {folder.name}")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check this installation and home before work starts."""
    from orchestration.refresh.doctor import examine

    findings = examine(Home.default())
    if as_json:
        _print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            typer.echo(f"{'ok ' if finding.ok else 'BAD'} {finding.what}: {finding.detail}")
    raise typer.Exit(ExitCode.OK if all(finding.ok for finding in findings) else ExitCode.CONFIGURATION)


@app.command()
def demo() -> None:
    """Simulate a small NHS behind a loopback publisher and refresh everything through the real path."""
    from orchestration.demo import run_demo

    raise typer.Exit(run_demo(run_refresh))


@app.command()
def dev(
    port: Annotated[int, typer.Option(help="Port on loopback.")] = 3000,
    host: Annotated[str, typer.Option(help="Address; anything but loopback needs --exposed.")] = "127.0.0.1",
    exposed: Annotated[bool, typer.Option(help="Yes, serve a UI without a login to other machines.")] = False,
) -> None:
    """Dagster's UI on this home, on loopback."""
    from orchestration.home import project_root
    from orchestration.instance import prepare_instance

    if host not in ("127.0.0.1", "localhost", "::1") and not exposed:
        raise UsageError(f"Dagster's UI has no login; serving it on {host} needs --exposed and a proxy before it")
    home = Home.default().create()
    prepare_instance(home)
    executable = Path(sys.executable).parent / "dagster"
    workspace = project_root() / "workspace.yaml"
    command = [str(executable), "dev", "-w", str(workspace), "-h", host, "-p", str(port)]
    typer.echo(f"Dagster starts on http://{host}:{port} for {home.root}; ready when it says Serving. Stop with Ctrl-C")
    sys.stdout.flush()
    signal.signal(
        signal.SIGINT, signal.SIG_DFL
    )  # a background job inherits "ignore", and Dagster then ignores SIGTERM too
    os.execve(command[0], command, {**os.environ, "DAGSTER_DISABLE_TELEMETRY": "yes"})


def _print_json(document: Any) -> None:
    typer.echo(json.dumps(document, indent=1, default=str, ensure_ascii=False))


def _print_table(rows: Sequence[dict[str, Any]]) -> None:
    """Rows as an aligned text table; says so when there is none."""
    if not rows:
        typer.echo("none")
        return
    columns = list(rows[0])
    cells = [[_shown(row[column]) for column in columns] for row in rows]
    widths = [max(len(column), *(len(line[at]) for line in cells)) for at, column in enumerate(columns)]
    for line in [columns, *cells]:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else str(value)


if __name__ == "__main__":
    main()
