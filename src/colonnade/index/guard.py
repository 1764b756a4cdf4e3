"""The boundary to tantivy-py: whatever goes wrong inside becomes `IndexBrokenError`."""

from collections.abc import Iterator
from contextlib import contextmanager

from colonnade.index.port import IndexBrokenError


@contextmanager
def guarded() -> Iterator[None]:
    """tantivy-py raises ValueError, OSError, RuntimeError and SystemError; a panic of the Rust code arrives as a
    BaseException whose class cannot be imported."""
    try:
        yield
    except (ValueError, OSError, RuntimeError, SystemError) as error:
        raise IndexBrokenError(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise IndexBrokenError(f"the text index panicked: {error}") from error
