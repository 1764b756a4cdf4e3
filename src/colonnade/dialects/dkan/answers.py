"""Answers in the format that was asked for, with the headers that every one of them has."""

from typing import Any

from starlette.requests import Request

from colonnade.dialects.dkan.encoders import encoded
from colonnade.dialects.dkan.negotiation import Choice, Format, chosen
from colonnade.http.reasons import ReasonedResponse

EXTENSION = "colonnade.dkan.extension"
"""In the scope of a request: the format that its path named, or None."""


def choice_of(request: Request) -> Choice | None:
    """None: there is no format that this door writes and the client takes."""
    return chosen(extension_of(request), request.headers.get("accept"))


def extension_of(request: Request) -> str | None:
    found: str | None = request.scope.get(EXTENSION)
    return found


def headers(request: Request) -> dict[str, str]:
    """Nobody keeps an answer without asking, for it may be another for somebody else."""
    always = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    return always if extension_of(request) is not None else {**always, "Vary": "Accept"}


def answer(request: Request, value: Any, status: int = 200, reason: str | None = None) -> ReasonedResponse:
    """A value as an answer; JSON where nothing better is known."""
    choice = choice_of(request) or Choice(Format.JSON, "application/json")
    content = encoded(value, choice.format, callback=request.query_params.get("callback"))
    # The type stands alone: Starlette would add a character set to texts.
    return ReasonedResponse(
        content, status, {**headers(request), "Content-Type": choice.media_type}, reason=reason
    )
