"""What a text is also found by, where its words are joined by signs or are several by their letters.

`Spokesman-Review` is also `spokesmanreview`; `WiFi` is `wi` and `fi`, `Wi-Fi` `wifi`; `B52` is `b` and `52`, `B-52`
`b52`. What has no letters, as a date or a telephone number, is left as it is. These words stand in a field of their own
beside the text, so that those who ask for words as they are do not meet them.
"""

import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_WORD = r"\pL\pN"
_COMPOUND = rf"\pL[^{_WORD}\s]+[{_WORD}]|\pN[^{_WORD}\s]+\pL|\p{{Ll}}\p{{Lu}}|\pL\pN|\pN\pL"
"""RE2: two letters or digits with a sign between them, one of them a letter; or a change inside a word."""
_ASCII_COMPOUND = (
    r"[A-Za-z][^A-Za-z0-9\s]+[A-Za-z0-9]|[0-9][^A-Za-z0-9\s]+[A-Za-z]|[a-z][A-Z]|[A-Za-z][0-9]|[0-9][A-Za-z]"
)
"""The same for ASCII. The other one is made anew for each column, which takes longer than writing a row."""

_PART = re.compile(r"[0-9]+|[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W_]")
_PART_OF_ANY_SCRIPT = re.compile(r"[^\W\d_]+|\d+")
_FEW = 0.5
"""Of the texts of a column: so many different ones, and each is looked at once."""


def extras(column: Any) -> Any | None:
    """For each text of a column (Arrow strings) the words that it is also found by, or null; None where no text has any."""
    texts = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    different = texts.dictionary_encode()
    if len(different.dictionary) > len(texts) * _FEW:
        return _extras(texts)
    found = _extras(different.dictionary)
    return None if found is None else found.take(different.indices)


def _extras(texts: Any) -> Any | None:
    is_ascii = pc.all(pc.string_is_ascii(texts)).as_py()
    has_any = pc.match_substring_regex(texts, _COMPOUND if is_ascii is False else _ASCII_COMPOUND)
    if not pc.any(has_any).as_py():
        return None
    some = pc.if_else(has_any, texts, pa.scalar(None, pa.string())).to_pylist()
    return pa.array([None if one is None else " ".join(_words(one)) for one in some], pa.string())


def _words(text: str) -> Iterator[str]:
    for run in text.split():
        parts = (_PART if run.isascii() else _PART_OF_ANY_SCRIPT).findall(run)
        if len(parts) > 1 and not all(map(str.isdecimal, parts)):
            yield "".join(parts)
            yield from parts
