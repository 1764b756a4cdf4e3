"""Nodes: listed, shown, made, changed and removed (sections 6, 7 and 8 of the reference)."""

from typing import Any

from colonnade.core.nodes import service as nodes
from colonnade.core.nodes import writing
from colonnade.core.nodes.model import EditableNode, Kind
from colonnade.core.people import service as people
from colonnade.core.work import Work
from colonnade.dialects.dkan import listing, mapping
from colonnade.dialects.dkan.endpoints import Asked, number, route
from colonnade.dialects.dkan.errors import said
from colonnade.errors import Denied, Invalid

TYPE = "type"


def get_index(asked: Asked) -> list[dict[str, Any]]:
    wanted = listing.question(asked.query, is_unlimited=people.is_superuser(asked.actor))
    with asked.reading() as work:
        try:
            found = nodes.index(
                work, wanted.conditions, wanted.order, offset=wanted.offset, limit=wanted.limit
            )
        except Invalid as error:
            raise listing.wrong(error.message) from None
        shown = [mapping.listed(work, one, asked.site) for one in found]
    return [{name: one[name] for name in (*wanted.fields, listing.URI)} for one in shown]


def get_node(asked: Asked) -> dict[str, Any]:
    with asked.reading() as work:
        return mapping.rendered(work, nodes.readable(work, _nid(asked)), asked.site)


def post_node(asked: Asked) -> dict[str, str]:
    if not asked.actor.is_signed_in and asked.body:
        raise Denied("Nobody makes nodes.", code="node.create_denied")
    with asked.writing() as work:
        kind = _kind(work, asked)
        nodes.check_may_create(work, kind)
        made = writing.create(work, kind, mapping.parsed(work, kind, asked.body, None))
        return _told(asked, made)


def put_node(asked: Asked) -> dict[str, str]:
    with asked.writing() as work:
        before = nodes.editable(work, _nid(asked))
        kind = Kind(before.node.kind)
        if asked.body.get(TYPE) not in (None, kind.value):
            raise said(406, "Node type cannot be changed")
        writing.update(work, before, mapping.parsed(work, kind, asked.body, before))
        return _told(asked, before)


def delete_node(asked: Asked) -> bool:
    with asked.writing() as work:
        writing.remove(work, nodes.editable(work, _nid(asked)))
    return True


def _nid(asked: Asked) -> int:
    return number(asked.part("nid"))


def _kind(work: Work, asked: Asked) -> Kind:
    """Who may make nothing is told that, whatever the type. Raises `Invalid`, `Denied`."""
    try:
        return mapping.kind_of(asked.body)
    except Invalid:
        if asked.body.get(TYPE):
            nodes.check_may_create(work, Kind.DATASET)
        raise


def _told(asked: Asked, one: EditableNode) -> dict[str, str]:
    return {"nid": str(one.node.id), "uri": asked.uri("node", one.node.id)}


ROUTES = [
    route("/node", wrappers=("node", "data"), GET=get_index, POST=post_node),
    route("/node/{nid}", wrappers=("node", "data"), GET=get_node, PUT=put_node, DELETE=delete_node),
]
