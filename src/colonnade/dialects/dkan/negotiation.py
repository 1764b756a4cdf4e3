"""In which format an answer is written: by the extension of the path, else by the header `Accept` (section 2.1 of the
reference)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

_RANGE = re.compile(r"\s*([^/;\s]+)\s*/\s*([^/;\s]+)\s*((?:;.*)?)")
_EXTENSION = re.compile(r"^(.+)\.([^./]+)$")
MOST_RANGES = 200
"""Of one header; what stands behind them is not looked at."""


class Format(StrEnum):
    """The names are those of extensions."""

    JSON = "json"
    JSONP = "jsonp"
    XML = "xml"
    YAML = "yaml"
    PHP = "php"
    BENCODE = "bencode"


TYPES: Mapping[str, Format] = {
    "application/json": Format.JSON,
    "text/javascript": Format.JSONP,
    "application/javascript": Format.JSONP,
    "application/xml": Format.XML,
    "text/xml": Format.XML,
    "text/plain": Format.YAML,
    "application/x-yaml": Format.YAML,
    "text/yaml": Format.YAML,
    "application/vnd.php.serialized": Format.PHP,
    "application/x-bencode": Format.BENCODE,
}
"""The first type of a format is that of its extension."""


@dataclass(frozen=True)
class Choice:
    """`media_type`: as the answer names it."""

    format: Format
    media_type: str


def chosen(extension: str | None, accept: str | None) -> Choice | None:
    """None: nothing that this door writes. `extension`: of the path, which wins; `accept`: the header, None without one."""
    if extension is not None:
        found = next((type_ for type_, format_ in TYPES.items() if format_ == extension), None)
    else:
        found = best(TYPES, accept) if accept and accept.strip() else "application/json"
    return None if found is None else Choice(TYPES[found], found)


def parted(path: str) -> tuple[str, str | None]:
    """A path without its extension, and that extension; None: it has none."""
    found = _EXTENSION.match(path)
    return (path, None) if found is None else (found[1], found[2])


def best(supported: Iterable[str], header: str) -> str | None:
    """The type that fits the ranges of a header best: how exactly it is named counts before the quality that is given to
    it, and of equals the last of the alphabet wins. None: no range fits any."""
    ranges = [found for one in header.split(",")[:MOST_RANGES] if (found := _RANGE.fullmatch(_whole(one)))]
    weighed = max(((*_fitness(one, ranges), one) for one in supported), default=(-1, 0.0, ""))
    return weighed[2] if weighed[0] >= 0 else None


def _whole(media_range: str) -> str:
    """Some clients of Java send a single asterisk."""
    return re.sub(r"^\s*\*\s*(;|$)", r"*/*\1", media_range)


def _fitness(media_type: str, ranges: Iterable[re.Match[str]]) -> tuple[int, float]:
    """How exactly the best range names a type, -1 for not at all; and its quality. Of ranges that are as exact the first
    counts."""
    type_, _, subtype = media_type.partition("/")
    fits = [
        (100 * (one[1] == type_) + 10 * (one[2] == subtype), _quality(one[3]))
        for one in ranges
        if one[1] in {type_, "*"} and one[2] in {subtype, "*"}
    ]
    return max(fits, key=lambda fit: fit[0], default=(-1, 0.0))


def _quality(parameters: str) -> float:
    """What is no quality, and 0 likewise, is 1."""
    for one in parameters.split(";"):
        name, _, text = one.strip().partition("=")
        if name == "q":
            try:
                quality = float(text)
            except ValueError:
                return 1.0
            return quality if 0 < quality <= 1 else 1.0
    return 1.0
