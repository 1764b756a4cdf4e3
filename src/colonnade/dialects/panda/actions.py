"""What is done to a dataset's rows by a task: import, reindex, export. All by GET, as they always were (section 3.6)."""

from starlette.responses import Response
from starlette.routing import Route

from colonnade.core.columns import service as columns
from colonnade.core.datasets import service as datasets
from colonnade.core.extracts import service as extracts
from colonnade.core.publishing import importing
from colonnade.core.search import service as search
from colonnade.core.work import Work
from colonnade.dialects.panda import described
from colonnade.dialects.panda.answers import json
from colonnade.dialects.panda.endpoints import Asked, route
from colonnade.dialects.panda.parameters import listed
from colonnade.dialects.panda.uris import number
from colonnade.http.edge import writing


def get_import(asked: Asked) -> Response:
    with writing(asked.request) as work:
        editable = datasets.editable(work, asked.name)
        importing.queue(work, editable, number(asked.part("upload_id")))
        return _shown(asked, work)


def get_reindex(asked: Asked) -> Response:
    """Both parameters may be left out; each has one value for every column."""
    typed, types = (listed(asked, name) for name in ("typed_columns", "column_types"))
    with writing(asked.request) as work:
        columns.reindex(work, datasets.editable(work, asked.name), typed, types)
        return _shown(asked, work)


def get_export(asked: Asked) -> Response:
    query, since = asked.parameter("q"), search.since(asked.parameter("since"))
    with writing(asked.request) as work:
        extracts.queue(work, datasets.readable(work, asked.name), words=query, since=since)
        return _shown(asked, work)


def _shown(asked: Asked, work: Work) -> Response:
    """The dataset as it is before the task begins: nothing of it runs before the commit."""
    work.db.flush()
    return json(asked.request, described.one(work, datasets.readable(work, asked.name)))


ROUTES: list[Route] = [
    route("/dataset/{slug}/import/{upload_id}/", "GET", GET=get_import),
    route("/dataset/{slug}/reindex/", "GET", GET=get_reindex),
    route("/dataset/{slug}/export/", "GET", GET=get_export),
]
