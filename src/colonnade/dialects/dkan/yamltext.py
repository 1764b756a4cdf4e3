"""YAML as Spyc lays it out, and legal where Spyc's is not (section 2.2 of the reference); and YAML that is sent."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from colonnade.http.bodies import DEEPEST

WIDTH, INDENT = 60, 4
LONGEST = 256 << 10
"""Bytes of YAML that are read: it takes a hundred times as long as JSON."""

_NUMBER = re.compile(r"[-+]?[0-9][0-9._]*(e[-+]?[0-9]+)?", re.IGNORECASE)
_FOLDABLE = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\ufeff]+(?: [^\s\x00-\x1f\x7f-\x9f\ufeff]+)*")
"""A line of words with single spaces between: nothing is lost where it is broken."""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """The dumper in C where there is one."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Any, text: str) -> Any:
    style = None
    if _NUMBER.fullmatch(text):
        style = '"'
    elif len(text) > WIDTH and _FOLDABLE.fullmatch(text):
        style = ">"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def dumped(value: Any) -> bytes:
    """A list or a map as a document; of none, and of an empty one, its first line alone."""
    if not value:
        return b"---\n"
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        explicit_start=True,
        indent=INDENT,
        width=WIDTH,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
    )
    return text.encode()


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Texts, numbers, truths, lists and maps. Dates stay texts."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


_Loader.yaml_constructors = {
    tag: construct
    for tag, construct in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] in {"null", "bool", "int", "float", "str", "seq", "map"}
}


def loaded(content: bytes) -> Any:
    """What a document says. Raises `ValueError` with what is wrong."""
    if len(content) > LONGEST:
        raise ValueError(f"YAML has at most {LONGEST:,} bytes")
    try:
        _check(yaml.parse(content, Loader=_Loader))
        return yaml.load(content, Loader=_Loader)  # noqa: S506 - a kind of the safe one
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


def _check(events: Iterator[Any]) -> None:
    """A name for something that is said elsewhere is refused, for a few of them make a billion; and what is nested deep
    before anything is made of it."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("names of what is said elsewhere are not read")  # noqa: TRY004 - a fault of the text
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"it is nested deeper than {DEEPEST} levels")
