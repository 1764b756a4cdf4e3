"""What the doors for readers have in common: quotas, validators, compression, and pages of other sites that ask."""

from collections.abc import Sequence

from fastapi import FastAPI

from colonnade.core.work import Portal
from colonnade.http.compression import Compress
from colonnade.http.cors import OpenToAll
from colonnade.http.quotas import NAMES, CountCalls
from colonnade.http.validators import Revalidate

EXPOSED = (
    *NAMES,
    "Retry-After",
    "ETag",
    "ODS-Explore-API-Deprecation",
    "Link",
    "Content-Disposition",
    "ods-analyze-truncated",
)
"""Headers that scripts of other sites may read."""
ACCEPTED = ("Authorization", "Content-Type", "ODS-Widgets-Version")
"""Headers that they may send, beside any that they say they will."""


def serve_readers(app: FastAPI, portal: Portal, methods: Sequence[str] = ("GET", "HEAD", "OPTIONS")) -> None:
    """Turn it all on for a door, after its errors (`answer_errors`). The first of these sees an answer first."""
    app.add_middleware(Revalidate)
    app.add_middleware(Compress)
    app.add_middleware(CountCalls, portal=portal)
    app.add_middleware(
        OpenToAll,
        methods=methods,
        accepted=ACCEPTED,
        exposed=EXPOSED,
    )
