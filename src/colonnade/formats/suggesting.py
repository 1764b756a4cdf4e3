"""Parameters for an extractor, found in the start of a file: what a publisher would otherwise have to look up."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ijson

from colonnade.errors import Invalid
from colonnade.formats import dialect, encoding, excel, json, json_values, looking, registry, xml_tree
from colonnade.formats.port import Bounds, Source

Params = Mapping[str, Any]


def suggest(type_: str, source: Source, scratch: Path, bounds: Bounds) -> Params:
    """What to hand an extractor for a file; of an archive, for its first data file. Raises `Invalid` for a file that the
    format cannot be read from, and `LimitReached`."""
    found = _SUGGESTED.get(type_)
    registry.extractor(type_)
    if found is None:
        return {}
    for file in registry.data_files(type_, source, scratch, bounds):
        return found(file, scratch, bounds)
    return {}


def _of_csv(source: Source, scratch: Path, bounds: Bounds) -> Params:
    head, is_cut = looking.head(source, scratch, bounds)
    text = encoding.as_utf8(head, scratch)
    manner = dialect.find(head, text.path)
    found: dict[str, Any] = {
        # Of one column none is named: a comma, which may stand in its texts, would be taken for one.
        **({} if manner.separator == dialect.NO_SEPARATOR else {"separator": manner.separator}),
        "doublequote": manner.is_quote_doubled,
        "first_row_no": 1,
        "headers_first_row": True,
    }
    # UTF-8 is left open where the rest of the file may yet be something else: given, it would be insisted on.
    return found if is_cut and text.encoding == "utf-8" else {**found, "encoding": text.encoding}


def _of_workbook(source: Source, scratch: Path, bounds: Bounds) -> Params:
    try:
        names = excel.sheets(source.path)
    except excel.FAULTS as fault:
        message = f"The file {source.name} is no spreadsheet, or damaged: {fault}"
        raise Invalid(message, code="file.excel") from None
    return {**({"sheet": names[0]} if names else {}), "first_row_no": 1, "headers_first_row": True}


def _of_json(source: Source, scratch: Path, bounds: Bounds) -> Params:
    """The path of the array with the most objects in it."""
    head, is_cut = looking.head(source, scratch, bounds)
    arrays: Counter[str] = Counter()
    with json_values.opened(head, scratch) as file, json_values.told(source, json_values.Progress()):
        try:
            for prefix, event, _ in ijson.parse(file, buf_size=json_values.BUFFER_BYTES):
                if event == "start_map" and (prefix == "item" or prefix.endswith(".item")):
                    arrays[prefix.removesuffix("item").removesuffix(".")] += 1
        except ijson.IncompleteJSONError:
            if not is_cut:
                raise
    paths = [one for one, _ in arrays.most_common() if "item" not in one.split(".")]
    if not paths or "" in paths:
        return {}
    return {"json_root": json.ITEMS if json.ITEMS in paths else paths[0]}


def _of_xml(source: Source, scratch: Path, bounds: Bounds) -> Params:
    """The first depth at which a tag comes again, and the tag if others stand there too."""
    head, is_cut = looking.head(source, scratch, bounds)
    seen: Counter[tuple[int, str]] = Counter()

    def look(depth: int, tag: str) -> bool:
        seen[depth, tag] += 1
        return False

    nothing = xml_tree.records(head.path, source, bounds, look)
    try:
        list(nothing)
    except Invalid:
        if not is_cut:
            raise
    repeated = [one for one in seen if one[0] > 0 and seen[one] > 1]
    depth = min((one[0] for one in repeated), default=1)
    tags = {tag: count for (at, tag), count in seen.items() if at == depth}
    most = max(tags, key=lambda tag: tags[tag], default="")
    return {"tag_depth": depth, **({"tag_name": most} if len(tags) > 1 else {})}


_SUGGESTED: Mapping[str, Callable[[Source, Path, Bounds], Params]] = {
    "csvfile": _of_csv,
    "excel": _of_workbook,
    "jsonfile": _of_json,
    "xml": _of_xml,
}
