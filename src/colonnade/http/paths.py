"""Paths as clients write them: with and without the final slash, with slashes twice."""

import re
from collections.abc import Collection, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

_REPEATED = re.compile(r"/{2,}")
_NO_CHARACTER = "\N{REPLACEMENT CHARACTER}"
"""In the place of a line break, at which Starlette's mounts do not match: the door answers that it knows no such name."""


class TolerantPaths:
    """Gives an application each path in one form: no slash twice, and a final slash below the `slashed` prefixes (whose
    documents write it), at the `roots` (where doors are mounted) and nowhere else.

    It never redirects: a redirect would lose the body of a POST, or the key of a client that does not follow.
    """

    def __init__(self, app: ASGIApp, *, slashed: Sequence[str], roots: Collection[str]) -> None:
        self._app = app
        self._slashed = tuple(slashed)
        self._roots = frozenset({"", *roots})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": self._canonical(scope["path"])}
        await self._app(scope, receive, send)

    def _canonical(self, path: str) -> str:
        bare = _REPEATED.sub("/", path).rstrip("/").replace("\n", _NO_CHARACTER)
        return f"{bare}/" if bare in self._roots or f"{bare}/".startswith(self._slashed) else bare
