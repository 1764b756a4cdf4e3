"""Which types the first rows of a file suggest. They are labels: what a column's values are is decided when it is indexed."""

import datetime as dt
from collections.abc import Callable, Sequence

from colonnade.builder import lenient
from colonnade.core.columns.model import Label
from colonnade.query.schema import FieldType

_MOMENTS = {
    frozenset({Label.TIME}): Label.TIME,
    frozenset({Label.DATE}): Label.DATE,
    frozenset({Label.DATETIME}): Label.DATETIME,
    frozenset({Label.DATE, Label.DATETIME}): Label.DATETIME,
}
_MIDNIGHT = dt.time()


def guessed_types(rows: Sequence[Sequence[str]], width: int) -> list[Label | None]:
    """The types of so many columns; rows may be too short or too long."""
    return [guessed_type([row[at] for row in rows if at < len(row)]) for at in range(width)]


def guessed_type(cells: Sequence[str]) -> Label | None:
    """None where every cell is blank. Cells that say that there is nothing, as `n/a`, fit every type."""
    if all(not one.strip(lenient.BLANKS) for one in cells):
        return None
    said = [one.strip(lenient.BLANKS) for one in cells]
    said = [one for one in said if one.lower() not in lenient.NULLS]
    if not said:
        return Label.BOOL  # the first type that nothing speaks against
    for label, fits in _FITS:
        if all(fits(one) for one in said):
            is_padded = label is Label.INT and any(
                one[0] == "0" and int(one.replace(",", "")) for one in said
            )
            return Label.UNICODE if is_padded else label
    return _MOMENTS.get(frozenset(_of_moment(one) for one in said), Label.UNICODE)


def _is_boolean(cell: str) -> bool:
    return cell.lower() in (*lenient.TRUE, *lenient.FALSE)


def _is_number(type_: FieldType) -> Callable[[str], bool]:
    """With commas, but without signs of currencies."""

    def fits(cell: str) -> bool:
        return cell.isascii() and "$" not in cell and lenient.value(type_, cell) is not None

    return fits


_FITS: tuple[tuple[Label, Callable[[str], bool]], ...] = (
    (Label.BOOL, _is_boolean),
    (Label.INT, _is_number(FieldType.INT)),
    (Label.FLOAT, _is_number(FieldType.DOUBLE)),
)


def _of_moment(cell: str) -> Label:
    found = lenient.moment(cell)
    if found is None:
        return Label.UNICODE
    if found.date() == lenient.LAST_DAY:
        return Label.TIME
    return Label.DATE if found.time() == _MIDNIGHT else Label.DATETIME
