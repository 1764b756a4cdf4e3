"""Logging: one line an event, plain text, to standard error, and never a key in it.

Keys travel in query strings and headers, so they turn up where nobody logs them on purpose: in an access log's path, in
the text of an exception, in a library's debug line. They are taken out of the finished text, whatever it was made of.
"""

import logging
import re
import sys
import time
from typing import TextIO

_HIDDEN = "***"

# The end of a name is enough, and keeps the time linear: a request's path can be long.
_NAME = r"(?:api[_-]?key|push_?key|secret[\w-]{0,12}key|token|password|secret)"
_QUOTED = r"""b?(?:"[^"]*"|'[^']*')"""
_CREDENTIALS = (
    # Authorization, as a header line, in a mapping's or a list of pairs' repr, or as a parameter; its scheme stays.
    re.compile(
        r"""(?ix) (?P<keep> \b(?:proxy-)?authorization (?:["']?\s*[:=,]\s*|%3D) (?:b?["'])? (?:(?:apikey|bearer|basic|token)(?:\s|%20|\+)+)? )
        [^\s"',;&)}\]]+"""
    ),
    # The same scheme and key where the header's name is not beside it.
    re.compile(r"(?i)(?P<keep>\b(?:apikey|bearer)\s+)[A-Za-z0-9._~+/=-]{16,}"),
    # Cookies carry sessions: the whole line or value.
    re.compile(r"""(?i)(?P<keep>\b(?:set-)?cookie["']?\s*[:,]\s*)(?:b?"[^"]*"|b?'[^']*'|[^"'\r\n]+)"""),
    # name=value: query strings (also inside an escaped URL), forms, reprs.
    re.compile(rf"""(?i)(?P<keep>{_NAME}(?:=|%3D))(?:{_QUOTED}|(?:(?!%26)[^\s&"'<>,;)])+)"""),
    # "name": "value" and ("name", "value"): JSON, mappings, lists of headers.
    re.compile(rf"""(?i)(?P<keep>["'][\w-]{{0,40}}{_NAME}["']\s*[:,]\s*)(?:{_QUOTED}|[\w.+/=-]+)"""),
    # Keys in paths that were mailed.
    re.compile(r"(?i)(?P<keep>/(?:account/activate|account/reset|check_activation_key)/)[^/\s\"'?]+"),
    # Header lines: X-API-Key: value. Prose such as "unexpected token: (" is none.
    re.compile(r"(?i)(?P<keep>\b(?:x-|panda[_-])[\w-]{0,40}(?:key|token)\s*:\s*)[^\s\"',;]+"),
)


def without_credentials(text: str) -> str:
    """The text with every API key, push key, token, password, cookie and Authorization value replaced by `***`."""
    for pattern in _CREDENTIALS:
        text = pattern.sub(rf"\g<keep>{_HIDDEN}", text)
    return text


class PlainFormatter(logging.Formatter):
    """`2026-11-22T00:09:34.123Z INFO colonnade.http: message`. Line breaks inside a message are written as escapes, so
    that no input can forge an event; the lines of a trace follow, indented."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{_moment(record.created)} {record.levelname} {record.name}: {_one_line(_message(record))}"
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        for part in (trace, record.stack_info or ""):
            line += "".join(f"\n    {_printable(one)}" for one in part.splitlines())
        return without_credentials(line)


def _moment(seconds: float) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1000):03d}Z"


def _message(record: logging.LogRecord) -> str:
    """What a caller meant, even where its arguments do not fit its format: logging's own complaint would show them."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args!r}"


def _one_line(text: str) -> str:
    return _printable("\\n".join(text.splitlines()))


def _printable(text: str) -> str:
    """Control characters, which a terminal would obey, written as escapes."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", lambda found: f"\\x{ord(found[0]):02x}", text)


_OWN_HANDLERS = ("dbos", "uvicorn", "uvicorn.error", "uvicorn.access")
"""Libraries that bring handlers of their own, which would print unfiltered text, or print twice."""

_QUIET = ("alembic", "httpx", "httpcore", "multipart", "python_multipart")
"""Libraries whose INFO is about themselves."""


def set_up(stream: TextIO | None = None, level: int = logging.INFO) -> logging.Handler:
    """Send everything that is logged in this process to `stream` (default: standard error), credentials removed.

    Calling again replaces what the call before set up. Start uvicorn with `log_config=None`, or it undoes this.
    Returns the handler.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(PlainFormatter())
    root = logging.getLogger()
    for old in list(root.handlers):
        if isinstance(old.formatter, PlainFormatter):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _OWN_HANDLERS:
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
    # DBOS adds its own handler and stops propagation unless it finds a handler already there.
    dbos = logging.getLogger("dbos")
    dbos.handlers, dbos.propagate = [handler], False
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    return handler
