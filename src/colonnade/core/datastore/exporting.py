"""The rows of a resource that another door made, as a file of their own."""

from functools import partial

from colonnade.core.datasets import service as datasets
from colonnade.core.datastore.tables import rows_of_node
from colonnade.core.nodes.model import ReadableNode
from colonnade.core.records import service as records
from colonnade.core.records.export_formats import Options
from colonnade.core.records.exports import Export, ExportFormat, written
from colonnade.core.uploads import safe_filename
from colonnade.core.work import Work
from colonnade.errors import NotFound
from colonnade.query.schema import SOURCE
from colonnade.query.tree import Compare, CompareOp, FieldRef, Literal, Query

COMMAS = Options(delimiter=",", with_bom=False)


def as_csv(work: Work, readable: ReadableNode) -> Export:
    """Those rows and fields that the actor may see. Raises `NotFound` where there are none. The work may end before the
    file does."""
    source = rows_of_node(work, readable).source
    found = datasets.readable_by_ids(work, [] if readable.dataset is None else [readable.dataset.id])
    if source is None or not found:
        raise NotFound("This resource has no rows here.", code="datastore.empty")
    guard = Compare(CompareOp.EQ, FieldRef(SOURCE), Literal(source))
    opened = partial(records.stream, work, found[0], Query(), guard=guard)
    name = safe_filename(readable.node.title).removesuffix(".csv") or readable.node.uuid
    return written(work, opened, name, ExportFormat.CSV, COMMAS)
