"""What the architecture tests share: the repository's files and what its documents name."""

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "colonnade"

_FOREIGN = {".git", ".venv", ".venv-bench", "__pycache__", "colonnade-data", "dist", "node_modules"}


@cache
def repository_files() -> tuple[Path, ...]:
    """Every file of the project: no virtual environment, cache, or portal's data among them."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            one for one in folders if one not in _FOREIGN and not one.endswith(("_cache", ".egg-info"))
        ]
        folders[:] = [one for one in folders if one != ".hypothesis"]
        found += [Path(folder, name) for name in names]
    return tuple(sorted(found))


def python_files() -> list[Path]:
    return [one for one in repository_files() if one.suffix == ".py"]


def documents() -> list[Path]:
    return [one for one in repository_files() if one.suffix == ".md"]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def code_spans(text: str) -> Iterator[str]:
    """What a Markdown text has between single backticks, fenced blocks left out."""
    outside = re.sub(r"(?ms)^```.*?^```", "", text)
    yield from re.findall(r"`([^`\n]+)`", outside)
