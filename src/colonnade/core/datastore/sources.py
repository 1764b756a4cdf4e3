"""Which file of a node its rows come from, and how that file is read."""

import codecs
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from colonnade.core.datastore.model import CONFIGURATION, FOUND, Datastore
from colonnade.core.datastore.model import LINK as LINK
from colonnade.core.datastore.model import UPLOAD as UPLOAD
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.managedfiles.model import ManagedFile
from colonnade.core.nodes.model import Node
from colonnade.core.work import Work
from colonnade.errors import Invalid
from colonnade.formats import encoding
from colonnade.formats.params import flag_of

TABULAR = frozenset({"text/csv", "text/tsv", "text/tab-separated-values"})
TABULAR_ELSEWHERE = TABULAR | {"text/psv"}
_DELIMITERS = {"text/tsv": "\t", "text/tab-separated-values": "\t", "text/psv": "|"}
_TAB = {"\\t": "\t", "tab": "\t"}


def file_of(work: Work, node: Node) -> ManagedFile | None:
    """The file of a resource; None: it has none."""
    named = [number for place in (UPLOAD, LINK) for number in managedfiles.of_items(node.items, place)]
    if not named:
        return None
    held = {one.id: one for one in managedfiles.of_nodes(work, [node.id])[node.id]}
    return next((held[number] for number in named if number in held), None)


def is_tabular(file: ManagedFile) -> bool:
    """Whether rows can be made of a file."""
    return file.mimetype in (TABULAR_ELSEWHERE if file.is_remote else TABULAR)


def configuration(file: ManagedFile, datastore: Datastore | None) -> dict[str, Any]:
    """All of `CONFIGURATION`, as a file is read by it."""
    own = {"delimiter": _DELIMITERS.get(file.mimetype or "", CONFIGURATION["delimiter"])}
    said = {} if datastore is None else datastore.configuration
    return {**CONFIGURATION, **own, **{name: value for name, value in said.items() if name != FOUND}}


def shown_configuration(file: ManagedFile, datastore: Datastore | None) -> dict[str, Any]:
    """The same, with the encoding that was found out where nobody chose one."""
    read = configuration(file, datastore)
    found = None if datastore is None else datastore.configuration.get(FOUND)
    is_chosen = extractor_params(read)["encoding"] is not None
    return read if found is None or is_chosen else {**read, "encoding": found}


def found_encoding(path: Path) -> str:
    """That of a file, by a name by which it can be set."""
    name = encoding.found(path).removeprefix("sloppy-").replace("_", "-").upper()
    return re.sub(r"^(CP|WINDOWS-)(?=125\d$)", "Windows-", name)


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody wants set of `CONFIGURATION`; names that there are not are let go. Raises `Invalid`."""
    found: dict[str, Any] = {}
    for name in ("delimiter", "quote", "escape"):
        if name in values:
            found[name] = _mark(name, values[name])
    if "trailing_delimiter" in values:
        found["trailing_delimiter"] = flag_of(values["trailing_delimiter"])
    if "encoding" in values:
        found["encoding"] = _encoding(values["encoding"])
    whole = {**CONFIGURATION, **found}
    if whole["delimiter"] in {whole["quote"], whole["escape"]}:
        raise Invalid("The delimiter is no quote and no escape.", code="datastore.configuration")
    return found


def extractor_params(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """How the file is read where its rows become a part of a dataset's. Of a file that is said to be UTF-8 nobody chose the
    encoding: it may be any."""
    name = configuration["encoding"]
    is_chosen = codecs.lookup(name).name not in {"utf-8", "utf-8-sig"}
    return {**configuration, "encoding": name if is_chosen else None}


def table_params(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """How it is read where it becomes a table of its own."""
    return {**extractor_params(configuration), "texts": True}


def _mark(name: str, value: object) -> str:
    mark = _TAB.get(str(value), str(value))
    if len(mark) != 1 or mark in "\r\n":
        raise Invalid(f"{name} is one character.", code="datastore.configuration")
    return mark


def _encoding(value: object) -> str:
    name = str(value)
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        raise Invalid(f"There is no encoding {name!r}.", code="datastore.configuration") from None
    return name
