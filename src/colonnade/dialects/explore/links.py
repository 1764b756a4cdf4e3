"""Lists of links (section 4.4 of the reference)."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from colonnade.dialects.explore.rendering import answer
from colonnade.http.pagination import site_of

PREFIX = "/api/explore/v2.1"
CHECKED = frozenset({"self", "dataset", "catalog"})
"""The relations that the SDK lets pass in `_links`; it refuses the list for any other."""


def links(request: Request, targets: Mapping[str, str]) -> Response:
    """Links to paths below the door, by their relation."""
    base = f"{site_of(request)}{PREFIX}"
    found = [{"href": f"{base}{path}", "rel": relation} for relation, path in targets.items()]
    return answer({"links": found, "_links": [one for one in found if one["rel"] in CHECKED]})
