"""Addresses of this door and what they take: first the format of the answer, then the body, then who asks, and what they
may (section 4 of the reference says the order)."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from colonnade.core.nodes import service as nodes
from colonnade.core.work import Actor, Portal, Work
from colonnade.dialects.dkan import bodies, brackets, sessions
from colonnade.dialects.dkan.answers import EXTENSION, answer, choice_of, headers
from colonnade.dialects.dkan.bodies import Body
from colonnade.dialects.dkan.errors import said
from colonnade.dialects.dkan.negotiation import parted
from colonnade.errors import Invalid, NotFound
from colonnade.http.bodies import JSON_LIMIT, BoundedBodies, bounded
from colonnade.http.edge import portal_of, reading, writing
from colonnade.http.forms import MOST, MULTIPART, of_utf8
from colonnade.http.methods import HEAD_ONLY
from colonnade.http.pagination import site_of
from colonnade.http.validators import DEPENDS_ON, KEEPING

PREFIX = "/api/dataset"
UPLOAD_MARGIN = 1 << 20
"""Bytes of an upload beside its files."""
MOST_FILES = 50
_NUMBER = re.compile(r"[0-9]{1,15}")
WITH_BODY = frozenset({"POST", "PUT"})
OVERRIDE_HEADER, OVERRIDE_PARAMETER = "x-http-method-override", "_method"


@dataclass(frozen=True)
class Sent:
    """A file of a form: `key` is what stands in the brackets of `files[...]`."""

    key: str
    filename: str
    content: IO[bytes]


@dataclass(frozen=True)
class Asked:
    """A request that was read. `query` and `body` hold what PHP's rules make of names with brackets."""

    request: Request
    query: Body
    body: Body = field(default_factory=dict)
    files: Sequence[Sent] = ()
    has_session: bool = False
    """Whether a session says who asks; else it is a key, or nobody asks."""

    def part(self, name: str) -> str:
        """A part of the path, as it was sent."""
        value: str = self.request.path_params[name]
        return value

    def needed(self, name: str) -> Any:
        """An argument in the body. Raises an error of the status 401 when it is not there, as Services does."""
        if self.body.get(name) is None:
            raise said(401, f"Missing required argument {name}")
        return self.body[name]

    @property
    def actor(self) -> Actor:
        found: Actor = self.request.state.actor
        return found

    @property
    def portal(self) -> Portal:
        return portal_of(self.request)

    @property
    def site(self) -> str:
        """The address of the portal, without a final slash."""
        return site_of(self.request)

    def uri(self, *parts: object) -> str:
        """The absolute address of something below the door."""
        return "/".join((f"{self.site}{PREFIX}", *(quote(str(one), safe="") for one in parts)))

    def reading(self) -> AbstractContextManager[Work]:
        return reading(self.request)

    def writing(self) -> AbstractContextManager[Work]:
        return writing(self.request)


Handler = Callable[[Asked], object]
"""Gives a value for the answer, or an answer as it is."""


class Endpoint:
    """One address. `takes_files`: forms may be as large as uploads; of nobody they are not read at all. `wrappers`: names
    under which clients put the whole body. `needs_token`: a session has to prove who sends what changes something.
    `settles`: nodes are brought up to date before."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        *,
        takes_files: bool = False,
        wrappers: tuple[str, ...] = (),
        needs_token: bool = True,
        settles: bool = True,
    ) -> None:
        self._handlers = handlers
        self._settles = settles
        self._needs_token = needs_token
        self._takes_files = takes_files
        self._wrappers = wrappers

    @property
    def methods(self) -> tuple[str, ...]:
        return tuple(self._handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = portal_of(Request(scope)).settings.max_upload_bytes + UPLOAD_MARGIN

        def limit_for(content_type: str) -> int:
            is_form = content_type.strip().lower().startswith(MULTIPART)
            return most if self._takes_files and is_form else JSON_LIMIT

        await BoundedBodies(self._bounded, limit_for)(scope, receive, send)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        with ExitStack() as opened:
            response = await self._answered(request, opened)
        await response(scope, receive, send)

    async def _answered(self, request: Request, opened: ExitStack) -> Response:
        if HEAD_ONLY in request.scope or request.method in {"HEAD", "OPTIONS"}:
            return _bare(request)
        query = bodies.query(request.scope["query_string"])
        method = method_of(request, query)
        handle = self._handlers.get(method)
        if handle is None:
            raise unknown_operation()
        check_format(request)
        if self._takes_files:
            actor, _ = await run_in_threadpool(_asking, request, settles=False)
            is_read = actor.is_signed_in and method in WITH_BODY
        else:
            is_read = method in WITH_BODY
        sent = await _read(request, opened) if is_read else _Read()
        return await run_in_threadpool(self._handled, handle, request, query, sent)

    def _handled(self, handle: Handler, request: Request, query: Body, sent: "_Read") -> Response:
        """In a thread: what asks the catalogue, and what takes the time of a processor."""
        request.state.actor, has_session = _asking(request, settles=self._settles)
        body = sent.fields if sent.kind is None else bodies.parsed(sent.kind, sent.content)
        if has_session and self._needs_token:
            sessions.check_csrf(request, {**body, **query})
        asked = Asked(request, query, bodies.unwrapped(body, self._wrappers), sent.files, has_session)
        found = handle(asked)
        return found if isinstance(found, Response) else answer(request, found)


def _bare(request: Request) -> Response:
    """Of HEAD no length is told: it would be that of an answer which nobody made."""
    choice = choice_of(request)
    type_ = {} if choice is None else {"Content-Type": choice.media_type}
    found = Response(headers={**headers(request), **type_})
    if request.method != "OPTIONS":
        del found.headers["Content-Length"]
    return found


@dataclass(frozen=True)
class _Read:
    """A body as it came: of a `kind` that is still to be parsed, or a form's fields and files."""

    kind: str | None = None
    content: bytes = b""
    fields: Body = field(default_factory=dict)
    files: Sequence[Sent] = ()


async def _read(request: Request, opened: ExitStack) -> _Read:
    kind = bodies.kind_of(request.headers.get("content-type"))
    if kind != MULTIPART:
        return _Read(kind, await request.body())
    form = await of_utf8(request).form(max_files=MOST_FILES, max_fields=MOST)
    files = list(_files(form))
    for one in files:
        opened.callback(one.content.close)
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return _Read(fields=brackets.nested(fields), files=files)


def route(
    path: str,
    *,
    takes_files: bool = False,
    wrappers: tuple[str, ...] = ("data",),
    needs_token: bool = True,
    settles: bool = True,
    **handlers: Handler,
) -> Route:
    """An address below the door, and what handles each method."""
    return Route(
        path,
        Endpoint(
            handlers,
            takes_files=takes_files,
            wrappers=wrappers,
            needs_token=needs_token,
            settles=settles,
        ),
    )


def at_root(
    path: str,
    handle: Callable[[Request], Response],
    *methods: str,
    settles: bool = True,
    takes_body: bool = False,
) -> Route:
    """An address at the root of the site: no format is chosen, and nothing may be changed there. `takes_body`: what a POST
    holds is `request.state.content`, bytes."""

    def known(request: Request) -> Response:
        request.state.actor, _ = _asking(request, settles=settles, browses=request.method in sessions.SAFE)
        answer = handle(request)
        answer.headers.setdefault("Cache-Control", KEEPING)
        answer.headers.add_vary_header(DEPENDS_ON)
        return answer

    async def handled(request: Request) -> Response:
        if takes_body and request.method == "POST":
            request.state.content = await Request(request.scope, bounded(request.receive, JSON_LIMIT)).body()
        return await run_in_threadpool(known, request)

    return Route(path, handled, methods=list(methods or ("GET",)))


def _asking(request: Request, *, settles: bool, browses: bool = False) -> tuple[Actor, bool]:
    """Who asks, and whether a session says so; `settles`: the nodes are brought up to date, too, if they are not;
    `browses`: as `sessions.actor_of` has it."""
    portal = portal_of(request)
    with portal.database.read() as db:
        found = sessions.actor_of(db, request, browses=browses)
        are_behind = settles and nodes.are_behind(db)
    if are_behind:
        nodes.settle(portal)
    return found


def number(name: str) -> int:
    """An id as addresses have it; 0, which nothing has, for what is none."""
    return int(name) if _NUMBER.fullmatch(name) else 0


def method_of(request: Request, query: Body) -> str:
    """A client that can only POST names the method that it means."""
    if request.method != "POST":
        return request.method
    meant = request.headers.get(OVERRIDE_HEADER) or query.get(OVERRIDE_PARAMETER)
    return meant.strip().upper() if isinstance(meant, str) and meant.strip() else "POST"


def check_format(request: Request) -> None:
    """Raises an error of the status 406, whose answer has no body."""
    if choice_of(request) is None:
        raise Invalid("Unknown or unsupported response format.", code="dkan.format")


def unknown_operation() -> NotFound:
    return NotFound("Could not find the controller.", code="route.unknown")


class Formats:
    """Takes the extension off a path, so that routes know paths alone, and remembers it."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path, extension = parted(scope["path"])
            scope = {**scope, "path": path, EXTENSION: extension}
        await self._app(scope, receive, send)


def _files(form: FormData) -> Iterator[Sent]:
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name.startswith("files[") or name == "files":
                yield Sent(name.removeprefix("files").strip("[]"), value.filename or "", value.file)
            else:
                value.file.close()
