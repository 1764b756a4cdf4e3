"""The rows of a resource as its readers may ask for them: of its own table, or those of it in its dataset's."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from colonnade.core.datasets.security import FULL, Access
from colonnade.core.nodes import references
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import ReadableNode
from colonnade.core.records.binding import row_filter
from colonnade.core.resources import service as resources
from colonnade.core.tables import service as tables
from colonnade.core.work import Work
from colonnade.errors import Denied, NotFound
from colonnade.generation import GenerationRef
from colonnade.query.bind import bind
from colonnade.query.schema import ID, SEQ, SOURCE, Field, FieldType, Schema
from colonnade.query.tree import BoundQuery, Call, Compare, CompareOp, Expr, FieldRef, Literal, Query

ENTRY = "entry_id"
"""The place of a row in its table."""


@dataclass(frozen=True)
class Rows:
    """`whole`: every field of the table. `source`: the uid of the resource whose rows they are, in a table of several."""

    ref: GenerationRef
    whole: Schema
    access: Access
    source: str | None = None

    @cached_property
    def visible(self) -> Schema:
        return self.access.visible(self.whole)

    @cached_property
    def columns(self) -> Sequence[tuple[Field, Expr]]:
        """The columns that may be asked for, and how. Who sees but some of the rows is not told their places, from which
        the number of the others would follow."""
        found: list[tuple[Field, Expr]] = [(one, FieldRef(one.name)) for one in self.visible.fields]
        if self.access.filters is None and self.visible.get(ENTRY) is None:
            place = Call("system", (Literal(SEQ if self.source is not None else ID),))
            found.append((Field(ENTRY, ENTRY, FieldType.INT), place))
        return found

    def bound(self, query: Query) -> BoundQuery:
        """What a query means for who asks. Raises `Invalid`."""
        is_its = Compare(CompareOp.EQ, FieldRef(SOURCE), Literal(self.source))
        return bind(
            query,
            visible=self.visible,
            row_filter=row_filter(self.whole, self.access),
            guard=None if self.source is None else is_its,
            table=self.whole,
        )


def rows_of(work: Work, uuid: str) -> Rows:
    """Raises `NotFound`, the same for what there is not and what the actor may not know of."""
    try:
        readable = nodes.readable_by_uuid(work, uuid.strip().lower())
    except (NotFound, Denied):
        raise _unknown(uuid) from None
    return rows_of_node(work, readable)


def rows_of_node(work: Work, readable: ReadableNode) -> Rows:
    """Raises `NotFound`, also where the actor may see no rows."""
    node = readable.node
    if not readable.access.data_visible:
        raise _unknown(node.uuid)
    if not node.is_own_resource:
        found = None
        if node.resource_id is not None and readable.dataset is not None:
            found = _in_dataset(work, readable.dataset.id, node.resource_id, readable.access)
    elif readable.access.shows_all:
        found = _own(work, node.id)
    else:
        found = _mirrored(work, readable)
    if found is None:
        raise _unknown(node.uuid)
    return found


def _own(work: Work, nid: int) -> Rows | None:
    found = tables.current_of_node(work, nid)
    return None if found is None else Rows(found.ref, found.schema, FULL)


def _mirrored(work: Work, readable: ReadableNode) -> Rows | None:
    """As a part of a dataset. What some may not see is said of a dataset's fields, which have types and maybe other
    names: of the texts of a table of one's own a condition may let through what it was to keep back."""
    pairs = {pair.dataset_node_id: pair for pair in references.pairs_of_resource(work, readable.node.id)}
    for one in nodes.datasets_of(work, readable):
        pair = pairs.get(one.node.id)
        if pair is None or pair.resource_id is None or one.dataset is None or not one.access.data_visible:
            continue
        found = _in_dataset(work, one.dataset.id, pair.resource_id, one.access)
        if found is not None:
            return found
    return None


def _in_dataset(work: Work, dataset_id: int, resource_id: int, access: Access) -> Rows | None:
    some = resources.of_dataset(work, dataset_id)
    source = next((one.uid for one in some if one.id == resource_id), None)
    found = None if source is None else tables.currents(work, [dataset_id]).get(dataset_id)
    return None if found is None else Rows(found.ref, found.schema, access, source)


def newest(work: Work, rows: Rows) -> Rows:
    """The same in the generation that counts at this moment."""
    found = tables.newest(work, rows.ref.table)
    if found is None:
        raise NotFound("The rows are gone.", code="datastore.empty")
    return Rows(found.ref, found.schema, rows.access, rows.source)


def _unknown(uuid: str) -> NotFound:
    return NotFound(
        f"There is no resource with rows whose resource_id is {uuid[:100]}.", code="datastore.empty"
    )
