"""Which rows of an API's description a test is about: its id says so, and `tests/architecture/test_rows.py` reads it."""

import pytest


def says(*rows: str) -> pytest.MarkDecorator:
    """Mark a test with the rows that it shows: `@says("panda-3.7-post", "panda-3.7-keys")`, or one text with blanks
    between them."""
    return pytest.mark.parametrize((), [pytest.param(id="+".join(" ".join(rows).split()))])
