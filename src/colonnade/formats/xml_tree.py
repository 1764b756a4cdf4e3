"""XML as a stream of records: the elements that somebody wants, one at a time, each as a small tree.

Expat parses; nothing outside the file is ever read, and a document that declares entities of its own is refused, as
those are where bombs hide.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from colonnade.errors import Invalid
from colonnade.formats.port import Bounds, Source

_CHUNK_BYTES = 256 << 10
_MAX_DEPTH = 200
_NODE_BYTES = 100
"""What an element counts beside its text: so that empty ones cannot fill the memory."""


@dataclass(slots=True)
class Node:
    """An element. Tags and attributes have no namespace prefixes; `text`: all characters directly inside it."""

    tag: str
    attributes: Mapping[str, str]
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    @property
    def content(self) -> str:
        return self.text.strip()

    def find(self, tag: str) -> "Node | None":
        return next((one for one in self.children if one.tag == tag), None)

    def descendants(self, tag: str) -> Iterator["Node"]:
        """The nearest elements of a tag, at any depth, in document order."""
        for one in self.children:
            if one.tag == tag:
                yield one
            else:
                yield from one.descendants(tag)


@dataclass(frozen=True, slots=True)
class Found:
    """A wanted element, and the elements around it, the outermost first, without their content."""

    node: Node
    parents: Sequence[Node]


Wanted = Callable[[int, str], bool]
"""Whether an element of this depth (the outermost has 0) and tag is a record. What is inside a record is not asked."""


def records(path: Path, source: Source, bounds: Bounds, wanted: Wanted) -> Iterator[Found]:
    """Raises `Invalid`, naming the line, for what is no XML or declares entities."""
    builder = _Builder(wanted, source, bounds)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.EntityDeclHandler = builder.refuse_entities
    with path.open("rb") as file:
        is_last = False
        while not is_last:
            chunk = file.read(_CHUNK_BYTES)
            is_last = not chunk
            try:
                parser.Parse(chunk, is_last)
            except expat.ExpatError as fault:
                yield from builder.taken()
                reason = expat.ErrorString(fault.code)
                message = f"The file {source.name} cannot be read as XML: line {fault.lineno}, {reason}"
                raise Invalid(message, code="file.xml", line=fault.lineno) from None
            except (LookupError, ValueError) as fault:
                message = f"The file {source.name} cannot be read as XML: {fault}"
                raise Invalid(message, code="file.xml") from None
            yield from builder.taken()


class _Builder:
    """Makes trees of the wanted elements out of the parser's events."""

    def __init__(self, wanted: Wanted, source: Source, bounds: Bounds) -> None:
        self._wanted, self._source, self._bounds = wanted, source, bounds
        self._parents: list[Node] = []
        self._open: list[Node] = []
        self._ready: list[Found] = []
        self._size = 0

    def taken(self) -> list[Found]:
        ready, self._ready = self._ready, []
        return ready

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        depth = len(self._parents) + len(self._open)
        if depth >= _MAX_DEPTH:
            raise self._wrong("its elements are nested too deeply")
        local = {_local(name): value for name, value in attributes.items() if not name.startswith("xmlns")}
        node = Node(_local(tag), local)
        if self._open:
            self._open[-1].children.append(node)
            self._open.append(node)
        elif self._wanted(depth, node.tag):
            self._size = 0
            self._open.append(node)
        else:
            self._parents.append(node)
        self._count(_NODE_BYTES + sum(map(len, local.values())))

    def end(self, _tag: str) -> None:
        if not self._open:
            self._parents.pop()
            self._size = 0
            return
        node = self._open.pop()
        if not self._open:
            self._ready.append(Found(node, tuple(self._parents)))

    def characters(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text
            self._count(len(text))

    def refuse_entities(self, name: str, *_: object) -> None:
        raise self._wrong(f"it declares an entity, {name}, which could stand for anything")

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > self._bounds.cell_bytes:
            raise self._wrong(f"one of its elements is larger than {self._bounds.cell_bytes:,} bytes")

    def _wrong(self, why: str) -> Invalid:
        return Invalid(f"The file {self._source.name} cannot be read as XML: {why}", code="file.xml")


def _local(name: str) -> str:
    return name.rpartition(":")[2]
