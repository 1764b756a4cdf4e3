"""Extractor parameters, which arrive typed or, from catalogues of defaults, as strings."""

from colonnade.errors import Invalid
from colonnade.formats.port import Source


def text(source: Source, name: str, default: str = "") -> str:
    value = source.params.get(name)
    return default if value is None else str(value).strip()


def flag(source: Source, name: str, *, default: bool) -> bool:
    value = source.params.get(name)
    return default if value is None or value == "" else flag_of(value)


def flag_of(value: object) -> bool:
    """What a value says that stands for yes or no."""
    return str(value).lower() not in ("false", "0", "")


def number(source: Source, name: str, default: int, *, least: int = 0) -> int:
    """A whole number, raised to `least` where it is smaller. Raises `Invalid` for what is none."""
    value = source.params.get(name)
    try:
        return max(least, default if value is None or value == "" else int(value))
    except (TypeError, ValueError):
        message = f"{name} of the file {source.name} is not a number"
        raise Invalid(message, code="file.parameters") from None
