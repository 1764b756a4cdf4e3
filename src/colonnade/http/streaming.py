"""Long answers: sent as they are made, and broken off if they cannot be finished."""

from collections.abc import AsyncIterator, Generator, Mapping

import anyio
from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from colonnade.core.records.streams import primed
from colonnade.http.methods import HEAD_ONLY

THREADS = 10
"""In which chunks of long answers are made: so many of the forty in which requests are answered would else be taken by
as many exports, and others wait."""

_limiter: RunVar[CapacityLimiter] = RunVar("colonnade.streaming")


def begun(request: Request, chunks: Generator[bytes]) -> Generator[bytes]:
    """The chunks, the first of them made: what goes wrong until then is an answer of its own. A file that is finished
    before its first byte goes out is made then; not for a client that wants the head alone."""
    return chunks if HEAD_ONLY in request.scope else primed(chunks)


class Streamed(StreamingResponse):
    """A body of chunks that are made in worker threads, one after the other. The generator is closed when the answer
    is over, however it ends: sent, broken, or left by its client.

    What it raises breaks the connection, so that no client takes a part for the whole. A client that wants the head
    alone costs no chunk.
    """

    def __init__(self, chunks: Generator[bytes], media_type: str, headers: Mapping[str, str]) -> None:
        super().__init__(_made(chunks), headers=headers, media_type=None)
        # As it is: Starlette would add a character set to what it takes for text.
        self.headers["content-type"] = media_type
        self._chunks = chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if HEAD_ONLY in scope:
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await send({"type": "http.response.body", "body": b""})
            else:
                await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(self._chunks.close)


async def _made(chunks: Generator[bytes]) -> AsyncIterator[bytes]:
    threads = _limiter.get(None)
    if threads is None:
        threads = CapacityLimiter(THREADS)
        _limiter.set(threads)
    while (chunk := await to_thread.run_sync(next, chunks, None, limiter=threads)) is not None:
        yield chunk
