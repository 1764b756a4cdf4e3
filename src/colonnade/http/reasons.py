"""Answers that say on their status line why they are what they are, for clients that read it there.

ASGI has no word for it: the reason travels in the message that begins an answer, and a server that does not know it
(`http/statuslines.py` does) sends the usual phrase.
"""

import re
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

REASON = "colonnade.reason"
"""Its key in the message `http.response.start`: bytes, which hold no line break."""
LONGEST = 300
"""Characters of a reason: lines of any length are not read by every client."""

_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\xff]+")


class ReasonedResponse(Response):
    """`reason`: any text; what a status line cannot hold is left out."""

    def __init__(
        self,
        content: bytes = b"",
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(content, status_code, headers, media_type)
        self.reason = reason

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def reasoned(message: Message) -> None:
            if message["type"] == "http.response.start" and self.reason is not None:
                message = {**message, REASON: line_of(self.reason)}
            await send(message)

        await super().__call__(scope, receive, reasoned)


def line_of(reason: str) -> bytes:
    """What a status line can hold of a text."""
    return _UNPRINTABLE.sub(" ", reason).strip()[:LONGEST].encode("latin-1")
