"""From the labels of a file's columns to technical names."""

import re
import unicodedata
from collections.abc import Sequence

from colonnade.formats.free_names import free_names

_MAX_CHARACTERS = 100
_SPELLED = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
"""Latin letters that Unicode does not decompose."""


def field_names(labels: Sequence[str]) -> tuple[str, ...]:
    """One name a label, in order, all different: `[a-z][a-z0-9_]*`, so that none is a system column's or has a `$`."""
    return free_names(labels, field_name)


def of_columns(labels: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    """The names of a file's fields: those that its format gives (empty: none), or else by their labels."""
    return tuple(given) if given and all(given) else field_names(labels)


def field_name(label: str) -> str:
    """The name that a label alone would have; empty where nothing of it can be in a name."""
    folded = unicodedata.normalize("NFKD", label.lower().translate(_SPELLED))
    letters = "".join(one for one in folded if not unicodedata.combining(one))
    name = re.sub(r"[^a-z0-9]+", "_", letters)[:_MAX_CHARACTERS].strip("_")
    return f"column_{name}" if name[:1].isdigit() else name
