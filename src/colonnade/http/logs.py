"""What a request leaves in the log when it breaks."""

import logging

from starlette.requests import Request

log = logging.getLogger("colonnade.http")


def log_crash(request: Request, trace_id: str, error: Exception) -> None:
    """The full trace, under the id that the client is given. The query is left out: it may hold a key."""
    log.error("%s %s broke, trace %s", request.method, request.scope["path"], trace_id, exc_info=error)
