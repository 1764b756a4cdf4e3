"""The public id of a record: 40 hexadecimal characters that say which row is meant, and nothing else to who reads them.

The first 16 are the row's `_id` under a mask that each table has of its own; the other 24 are a check made of both. So
an id is as stable as `_id`, it is looked up as a number, and one that was made up or belongs to another table is known
as such without a look at the rows. It is no secret: what a reader may see is decided as for every other query.
"""

import hashlib
import re

_ID = re.compile(r"[0-9a-f]{40}")
_BYTES = 8
_CHECK = 24
"""Hexadecimal characters."""


def record_id(table_uid: str, row_id: int) -> str:
    """The engine writes the same for whole columns (`engine.sql.functions`)."""
    masked = row_id ^ mask(table_uid)
    return masked.to_bytes(_BYTES, signed=True).hex() + _check(table_uid, row_id)


def row_id(table_uid: str, record_id: str) -> int | None:
    """The `_id` of a record of this table; None for what is no id of one of its records."""
    if not _ID.fullmatch(record_id):
        return None
    found = int.from_bytes(bytes.fromhex(record_id[: 2 * _BYTES]), signed=True) ^ mask(table_uid)
    return found if record_id[2 * _BYTES :] == _check(table_uid, found) else None


def mask(table_uid: str) -> int:
    """64 bits, as a signed number."""
    return int.from_bytes(_hash(f"mask of {table_uid}")[:_BYTES], signed=True)


def _check(table_uid: str, row_id: int) -> str:
    return _hash(f"{table_uid}:{row_id}").hex()[:_CHECK]


def _hash(text: str) -> bytes:
    return hashlib.sha1(text.encode(), usedforsecurity=False).digest()
