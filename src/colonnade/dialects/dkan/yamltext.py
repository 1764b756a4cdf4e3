"""YAML as Spyc lays it out, and legal where Spyc's is not (section 2.2 of the reference); and YAML that is sent."""

import re
from typing import Any

import yaml

WIDTH, INDENT = 60, 4
LONGEST = 1 << 20
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


class _Loader(yaml.SafeLoader):
    """Texts, numbers, truths, lists and maps. A name for something that is said again is refused: a few of them make a
    billion. Dates stay texts."""

    def compose_node(self, parent: Any, index: int) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("names of what is said elsewhere are not read")
        return super().compose_node(parent, index)


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
        return yaml.load(content, Loader=_Loader)  # noqa: S506 - a kind of the safe one
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    except RecursionError:
        raise ValueError("this is nested too deep") from None
