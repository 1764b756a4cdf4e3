"""What a check finds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from colonnade.errors import PortalError


class Trouble(StrEnum):
    CATALOGUE = "catalogue"
    """SQLite finds something wrong with the catalogue's file."""
    CURRENT = "current"
    """The generation that readers see cannot be read, or is none; the rows are at stake."""
    KEPT = "kept"
    """A generation that is kept to go back to cannot be read."""
    IDENTITY = "identity"
    """A file beside the rows that never changes did change; the rows themselves are sound."""
    CELL_FILES = "cell_files"
    """A picture or document in a cell is missing or did change; the rows are sound."""
    MANIFEST = "manifest"
    INDEX = "index"
    OVERVIEW = "overview"
    """The index over all small tables; it is derived, and begun anew."""
    UNFINISHED = "unfinished"
    """A generation was reserved, and nobody builds it any more."""
    STRAY = "stray"
    """Something among the generations that the catalogue does not know."""
    FILE = "file"
    """An uploaded file is missing or not what was uploaded."""
    UNUSED_FILE = "unused_file"
    SCRATCH = "scratch"
    JOB = "job"
    """A job that counts as running, and nobody runs it."""
    LETTER = "letter"
    """Letters could not be sent, or not for a while."""
    NODES = "nodes"
    """Nodes and what they stand for do not agree."""


REPAIRABLE = frozenset(Trouble) - {
    Trouble.CATALOGUE,
    Trouble.CURRENT,
    Trouble.IDENTITY,
    Trouble.FILE,
    Trouble.CELL_FILES,
    Trouble.LETTER,
}


@dataclass(frozen=True)
class Finding:
    """`where`: the thing, as people know it. `what`: sentences. `advice`: what a person can do, if something can be
    done. `target`: the thing, as the portal names it: table and number, digest, path, or uid."""

    trouble: Trouble
    where: str
    what: str
    target: str
    advice: str = ""

    @property
    def is_repairable(self) -> bool:
        """Whether a repair mends it, without losing a row."""
        return self.trouble in REPAIRABLE

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(**{**value, "trouble": Trouble(value["trouble"])})

    def __str__(self) -> str:
        return " ".join(filter(None, (f"{self.where}: {self.what}", self.advice)))


@dataclass(frozen=True)
class Report:
    """What a check found, and how much it looked at."""

    findings: tuple[Finding, ...]
    generations: int
    files: int

    def to_json(self) -> dict[str, Any]:
        return {
            "findings": [one.to_json() for one in self.findings],
            "generations": self.generations,
            "files": self.files,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        findings = tuple(Finding.from_json(one) for one in value["findings"])
        return cls(findings, value["generations"], value["files"])


class StoppedError(PortalError):
    """Somebody asked the check or the backup to stop."""

    default_code = "job.aborted"
