"""Apply the reviewed corrections of a dataset to what a parser read.

Belongs here: finding the rows that a correction means, checking that they are what its author saw, changing them. Does
not: which corrections exist (datasets/<name>/corrections.yaml), or judging values (validate.py).
"""

from collections.abc import Iterable
from dataclasses import replace

import duckdb
import pandas as pd

from orchestration.catalogue.models import Correction
from orchestration.datasets.protocol import Parsed, Table
from orchestration.errors import CorrectionBroken


def correct(parsed: Parsed, corrections: Iterable[Correction], release_sha256: str, file_name: str) -> Parsed:
    """``parsed`` with every correction of the file applied, each of them named in the notes.

    Raises CorrectionBroken when the rows that a correction means are not those that its author saw.
    """
    for correction in corrections:
        if not correction.concerns(release_sha256, parsed.period_start, parsed.period_end):
            continue
        if correction.entity not in parsed.tables:
            if correction.releases:
                raise CorrectionBroken(f"{_named(correction, file_name)}: the file gives no {correction.entity}")
            continue
        table = _applied(parsed.tables[correction.entity], correction, file_name)
        note = f"corrected by {correction.correction_id} ({correction.expect.rows} rows): {correction.reason.strip()}"
        parsed = replace(
            parsed, tables={**parsed.tables, correction.entity: table}, notes=(*parsed.notes, " ".join(note.split()))
        )
    return parsed


def _applied(table: Table, correction: Correction, file_name: str) -> Table:
    meant = _meant(table.frame, correction, file_name)
    if correction.action == "ignore":
        rule = f"correction:{correction.correction_id}"
        return replace(table, frame=table.frame[~meant], ignored={**table.ignored, rule: int(meant.sum())})
    frame = table.frame.copy()
    for column, text in correction.values.items():
        if column not in frame:
            raise CorrectionBroken(f"{_named(correction, file_name)}: there is no column {column!r}")
        frame.loc[meant, column] = text
    return replace(table, frame=frame)


def _meant(frame: pd.DataFrame, correction: Correction, file_name: str) -> pd.Series:
    """Mask of the rows that ``where`` finds, after ``expect`` has been seen to hold."""
    query = f"""
        select coalesce(({correction.where}), false), coalesce(({correction.expect.sql}), false)
        from published_rows order by row_position
    """
    try:
        with duckdb.connect() as con:
            con.register("published_rows", frame.assign(row_position=range(len(frame))))
            found = con.execute(query).fetchall()
    except duckdb.Error as error:
        raise CorrectionBroken(f"{_named(correction, file_name)}: {str(error).splitlines()[0]}") from error
    meant = pd.Series([row[0] for row in found], index=frame.index, dtype=bool)
    kept = sum(row[0] and row[1] for row in found)
    if not int(meant.sum()) == kept == correction.expect.rows:
        raise CorrectionBroken(
            f"{_named(correction, file_name)}: expected {correction.expect.rows} rows that keep "
            f"{correction.expect.sql!r}; `where` finds {int(meant.sum())} and {kept} of them keep it. The publisher "
            "may have mended the fault: look at the file, then change or remove the correction. No release was made."
        )
    return meant


def _named(correction: Correction, file_name: str) -> str:
    return f"{file_name}: correction {correction.correction_id}"
