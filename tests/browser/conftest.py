"""A real browser before a real `evenhand dev` on an empty home, with the simulated publisher behind it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from support_machine import unavailable

from orchestration.demo import place_logs, published_files
from orchestration.home import Home
from orchestration.simulation.publisher import Publisher
from orchestration.simulation.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 240
STOP_SECONDS = 60


@dataclass(frozen=True)
class Platform:
    """A running `evenhand dev`: its home and address."""

    home: Home
    url: str


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots go; git ignores it."""
    folder = ROOT / "test-artefacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Debian's Chromium without a window."""
    if not CHROMIUM.exists():
        unavailable(f"{CHROMIUM} is not installed (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def platform(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """`evenhand dev` on an empty home that knows the simulated publisher; nothing is loaded or released yet."""
    folder = tmp_path_factory.mktemp("browser")
    world = World.make()
    with Publisher(list(published_files(world))) as publisher:
        home = Home(folder / "home").create(synthetic=True, publisher_root=publisher.root)
        place_logs(home, world)
        with served(home, folder / "dev.log") as url:
            yield Platform(home, url)


@contextmanager
def served(home: Home, log: Path) -> Iterator[str]:
    """Run `evenhand dev` on a free port; afterwards none of its processes is left."""
    port = free_port()
    command = [str(Path(sys.executable).parent / "evenhand"), "dev", "--port", str(port)]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, "EVENHAND_HOME": str(home.root)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/server_info", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            end(process)


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when ``url`` answers; fail with the log's end when the process is gone or too slow."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"evenhand dev did not come up:\n{log.read_text(encoding='utf-8')[-3000:]}")


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to stop, as its user would; fail when that leaves a process, after ending that too."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    os.kill(process.pid, signal.SIGTERM)
    _, left = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for one in left:
        one.kill()
    _, immortal = psutil.wait_procs(left, timeout=STOP_SECONDS)
    assert not immortal, f"still running: {immortal}"
    assert not left, f"SIGTERM left these running: {left}"
