"""Every error that Evenhand raises on purpose.

Belongs here: exception classes, each with its exit code. Does not: handling them, or errors that mean a bug.

A message says what happened, in which file and row, what was kept, and what to do next.
"""

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """What a command tells the shell (DESIGN §8)."""

    OK = 0
    BUG = 1
    USAGE = 2
    ATTENTION = 3  # this run quarantined, refused or held something; published all the same
    SOURCE_UNAVAILABLE = 4
    LOCKED = 5
    CONFIGURATION = 6


class EvenhandError(Exception):
    """Base of every expected error; ``exit_code`` is what the command line returns for it."""

    exit_code: ExitCode = ExitCode.BUG


class UsageError(EvenhandError):
    """The caller asked for something that does not exist or does not fit."""

    exit_code = ExitCode.USAGE


class ConfigurationError(EvenhandError):
    """The home, the environment or the catalogue is not usable as it stands."""

    exit_code = ExitCode.CONFIGURATION


class CorrectionBroken(ConfigurationError):
    """A correction no longer fits the file it is for; nothing is built until a human has looked."""


class LockedError(EvenhandError):
    """Another refresh is active; the message names its owner."""

    exit_code = ExitCode.LOCKED


class SourceUnavailable(EvenhandError):
    """A publisher could not be reached, or has nothing that matches; the last good release stays."""

    exit_code = ExitCode.SOURCE_UNAVAILABLE


class FileRefused(EvenhandError):
    """A file is not what its dataset publishes; nothing of it lands."""

    exit_code = ExitCode.ATTENTION


class NotOfThisDataset(FileRefused):
    """No layout of the dataset matches the file's content."""


class FileHeld(EvenhandError):
    """A file or release waits for a human decision (`evenhand accept`); ``places`` names rule and place of each hit."""

    exit_code = ExitCode.ATTENTION

    def __init__(self, message: str, places: Sequence[str] = (), rules: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.places = tuple(places)
        self.rules = tuple(rules)


class GateRefused(EvenhandError):
    """A release lacks a passing receipt; ``current`` is unchanged."""

    exit_code = ExitCode.ATTENTION
