"""Datastores: how a file is read, importing it, dropping its rows (section 10 of the reference)."""

from collections.abc import Iterable
from typing import Any

from colonnade.core.datastore import service as datastore
from colonnade.core.datastore.model import CONFIGURATION, Status
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import EditableNode
from colonnade.core.work import Work
from colonnade.dialects.dkan.endpoints import Asked, number, route
from colonnade.dialects.dkan.errors import said

MANAGER = "Dkan\\Datastore\\Manager\\SimpleImport\\SimpleImport"
ANOTHER_MANAGER = (
    "You may not change the manager of an existing datastore. Drop the datastore and create a new one to use a different "
    "manager."
)
ENCODINGS = ("PHP", "MYSQL")
"""Of the file, and of a database that is not here."""
EXISTS = "Configuration for this resource's datastore already exists."


def get_status(asked: Asked) -> object:
    with asked.reading() as work:
        return _shown(datastore.status(work, _editable(work, asked)))


def post_create(asked: Asked) -> object:
    with asked.reading() as work:
        datastore.file_of(work, _editable(work, asked))
    raise said(500, EXISTS)


def put_configuration(asked: Asked) -> object:
    with asked.writing() as work:
        editable = _editable(work, asked)
        datastore.file_of(work, editable)
        if asked.body.get("manager", asked.body.get("class", MANAGER)) != MANAGER:
            raise said(500, ANOTHER_MANAGER)
        datastore.configure(work, editable, _configuration(asked.needed("configuration")))
    return None


def post_import(asked: Asked) -> object:
    """Answered when it has ended, so that the client's next question tells how; a long one goes on."""
    with asked.writing() as work:
        job = datastore.queue_import(work, _editable(work, asked))
    if job is not None:
        datastore.wait(asked.portal, job.uid, asked.portal.settings.datastore_wait_seconds)
    return True


def delete(asked: Asked) -> object:
    _drop(asked)
    return True


def post_drop(asked: Asked) -> object:
    _drop(asked)
    return []


def _drop(asked: Asked) -> None:
    with asked.writing() as work:
        datastore.drop(work, _editable(work, asked))


def _editable(work: Work, asked: Asked) -> EditableNode:
    return nodes.editable(work, number(asked.part("nid")))


def _configuration(given: Any) -> dict[str, Any]:
    """Of an encoding that of the file alone. Raises `Invalid`."""
    if not isinstance(given, dict) and given != []:  # PHP's empty object
        raise said(406, "configuration is an object.")
    given = dict(given)
    _check_names("configuration", given, CONFIGURATION)
    encoding = given.get("encoding")
    if isinstance(encoding, dict):
        _check_names("encoding", encoding, ENCODINGS)
        encoding = encoding.get("PHP")
    rest = {name: value for name, value in given.items() if name != "encoding"}
    return rest if encoding is None else {**rest, "encoding": encoding}


def _check_names(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    unknown = next((name for name in given if name not in known), None)
    if unknown is not None:
        raise said(406, f"{what} has no property {unknown[:100]}: there are {', '.join(known)}.")


def _shown(status: Status) -> dict[str, Any]:
    """`message` is there where an import failed: why."""
    said_of_it = status.configuration
    why = {"message": status.message} if status.message is not None else {}
    return {
        "class": MANAGER,
        "storage": int(status.is_stored),
        "data_import": status.state.value,
        "configurable_properties": {
            "encoding": {"PHP": said_of_it["encoding"], "MYSQL": "utf8"},
            **{name: said_of_it[name] for name in ("delimiter", "quote", "escape", "trailing_delimiter")},
        },
        **why,
    }


ROUTES = [
    route("/datastore/{nid}", GET=get_status, POST=post_create, PUT=put_configuration, DELETE=delete),
    route("/datastore/{nid}/import", POST=post_import),
    route("/datastore/{nid}/drop", POST=post_drop),
]
