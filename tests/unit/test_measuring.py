"""The benchmarks' measuring helper: children count, failures are not figures."""

import os
import sys

import pytest

from benchmarks.measure import cost_of

BUSY = "import time\nwhile time.process_time() < 0.4: pass"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}], check=True)"


def test_cpu_seconds_of_a_childs_child_are_counted() -> None:
    cost = cost_of([sys.executable, "-c", PARENT], os.environ)
    assert 0.4 <= cost.cpu_seconds < 20
    assert cost.peak_mib > 1


def test_waiting_costs_elapsed_seconds_and_hardly_any_cpu() -> None:
    cost = cost_of([sys.executable, "-S", "-c", "import time; time.sleep(0.5)"], os.environ)
    assert cost.elapsed_seconds >= 0.5
    assert cost.cpu_seconds < 0.4


def test_a_command_that_fails_gives_no_figure_but_its_words() -> None:
    with pytest.raises(RuntimeError, match="no such luck"):
        cost_of([sys.executable, "-c", "raise SystemExit('no such luck')"], os.environ)
