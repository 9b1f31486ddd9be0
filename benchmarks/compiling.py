"""SQL as dbt compiles it, on a lake that is not there.

Belongs here: running `dbt compile` in a scratch folder. Does not: what the SQL is compared with or written for.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "dbt_project"


def compiled_sql(project: Path, target: Path, *options: str) -> Path:
    """Compile a dbt project into ``target``; the folder with the SQL. RuntimeError with dbt's words when it fails."""
    environment = {
        **os.environ,
        "EVENHAND_CANDIDATE": str(target / "empty.duckdb"),
        "EVENHAND_LAKE": "lake",
        "EVENHAND_SPILL": str(target / "spill"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    places = ["--project-dir", str(project), "--profiles-dir", str(project)]
    outputs = ["--target-path", str(target / "dbt"), "--log-path", str(target / "log")]
    command = [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", "compile", *places, *outputs, *options]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"dbt compile failed:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
    return target / "dbt" / "compiled" / "evenhand"
