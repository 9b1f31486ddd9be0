"""CPU seconds and memory of a command and all its children.

Belongs here: measuring one command. Does not: knowing what is measured. Imports little, for a child's peak memory is
never below that of the process that starts it.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """CPU seconds of the whole tree (user and system), elapsed seconds, peak MiB of its largest process."""

    cpu_seconds: float
    elapsed_seconds: float
    peak_mib: float


def cost_of(command: Sequence[str], environment: Mapping[str, str], cwd: Path | None = None) -> Cost:
    """Run ``command`` and return what it and the descendants that it waited for cost; RuntimeError when it fails."""
    with tempfile.TemporaryFile() as output:
        begun = time.monotonic()
        process = subprocess.Popen(command, env=dict(environment), cwd=cwd, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            said = output.read()[-2000:].decode(errors="replace")
            raise RuntimeError(f"{' '.join(command)[:200]} ended with {process.returncode}:\n{said}")
    return Cost(usage.ru_utime + usage.ru_stime, elapsed, usage.ru_maxrss / 1024)
