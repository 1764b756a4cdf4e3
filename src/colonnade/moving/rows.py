"""Rows that stood in the datastore there: seeing to it that they stand here, too, and all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from colonnade.core.datastore import service as datastore
from colonnade.core.datastore import sources
from colonnade.core.datastore.model import Import, Status
from colonnade.core.jobs.model import Job
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import EditableNode
from colonnade.core.origins import service as origins
from colonnade.core.origins.model import Known, Problem
from colonnade.core.tables import service as tables
from colonnade.core.work import Actor, Portal, Work
from colonnade.errors import PortalError
from colonnade.moving.site import HIDDEN, Rows, Site

PART = "rows"
AWAITED = Problem(PART, "They were not in yet when the command ended.", may_pass=True)
"""What is said of rows from the moment that their import is asked for until they were seen."""
DELIMITERS = (",", ";", "\t", "|")
HEAD_BYTES = 1 << 16
CSV = "text/csv"


def ask(work: Work, number: int, reading: Mapping[str, Any]) -> Problem:
    """Let the file of a resource become rows, read as it is there. Returns what is to be said of them until they are in, or
    why they never will be."""
    editable = nodes.editable(work, number)
    try:
        file = sources.file_of(work, editable.node)
        if file is not None and file.is_remote and not sources.is_tabular(file):
            file.mimetype = CSV  # its address does not tell, but it has rows there
        before = datastore.status(work, editable).configuration
        if any(before[name] != value for name, value in reading.items()):
            datastore.configure(work, editable, reading)
        datastore.queue_import(work, editable)
    except PortalError as error:
        return Problem(PART, f"They are in the datastore there, but not here: {error.message}")
    return AWAITED


@dataclass
class Awaited:
    """Rows of a resource. `imports`: how often they were asked for again; `tried`: delimiters, with what came of each;
    `left`: what is said in the end, when only the first reading is to be restored."""

    known: Known
    theirs: Rows | None = None
    is_asked: bool = False
    imports: int = 0
    tried: dict[str, Problem | None] = field(default_factory=dict)
    left: Problem | None = None


@dataclass
class Rowing:
    """The end of a run: until every import is over, and what came of it is in the ledger."""

    portal: Portal
    actor: Actor
    site: Site

    def awaited(self) -> Sequence[Awaited]:
        """All that are not settled, also those of a run that was cut off."""
        with self.portal.reading(self.actor) as work:
            return [Awaited(one) for one in origins.having(work, self.site.base, AWAITED)]

    def job_of(self, one: Awaited) -> Job | None:
        """The import that is under way."""
        with self.portal.writing(self.actor) as work:
            editable = nodes.editable(work, one.known.number or 0)
            is_going = datastore.status(work, editable).state is Import.IN_PROGRESS
            return datastore.queue_import(work, editable) if is_going else None

    def is_settled(self, one: Awaited) -> bool:
        """Whether the import is over for good; else it is under way, or another one was asked for."""
        try:
            with self.portal.reading(self.actor) as work:
                editable = nodes.editable(work, one.known.number or 0)
                if datastore.status(work, editable).state is Import.IN_PROGRESS:
                    return False
            if not one.is_asked:
                one.theirs, one.is_asked = self._theirs(one.known), True
            with self.portal.writing(self.actor) as work:
                return self._judged(work, one)
        except PortalError as error:
            return self._end(one, Problem(PART, error.message, may_pass=True))

    def _theirs(self, known: Known) -> Rows | None:
        """What the site shows of them. It may be gone by now."""
        try:
            return None if known.uuid is None else self.site.rows(known.uuid, is_patient=False)
        except PortalError:
            return None

    def _judged(self, work: Work, one: Awaited) -> bool:
        editable = nodes.editable(work, one.known.number or 0)
        status = datastore.status(work, editable)
        if status.state is Import.IN_PROGRESS:
            return False
        if status.state not in {Import.DONE, Import.ERROR}:
            if one.imports:
                return self._over(work, one, Problem(PART, "Their import was stopped.", may_pass=True))
            return self._again(work, editable, one)
        if one.left is not None:
            return self._over(work, one, one.left)
        columns, problem = self._compared(work, editable, status, one.theirs)
        if _is_read_right(columns, one):
            return self._over(work, one, problem)
        one.tried[status.configuration["delimiter"]] = problem
        return self._another(work, editable, one)

    def _another(self, work: Work, editable: EditableNode, one: Awaited) -> bool:
        """Read the file in another way; the first one is the last, too."""
        wanted = [each for each in self._delimiters(work, editable) if each not in one.tried]
        first, problem = next(iter(one.tried.items()))
        if not wanted and len(one.tried) == 1:
            return self._over(work, one, problem)
        if not wanted:
            one.left = problem or Problem(PART, "Which delimiter their file has is not known.")
        datastore.configure(work, editable, {"delimiter": wanted[0] if wanted else first})
        return self._again(work, editable, one)

    def _again(self, work: Work, editable: EditableNode, one: Awaited) -> bool:
        datastore.queue_import(work, editable)
        one.imports += 1
        return False

    def _compared(
        self, work: Work, editable: EditableNode, status: Status, theirs: Rows | None
    ) -> tuple[int, Problem | None]:
        """How many columns there are, and what is wrong with the rows."""
        table = tables.of_node(work, editable.node.id)
        found = None if table is None else tables.current(work, table)
        if status.state is Import.ERROR or found is None:
            return 0, Problem(PART, f"They could not be imported: {status.message}", may_pass=True)
        columns = sum(1 for one in found.schema.fields if one.name not in HIDDEN)
        rows = int(found.report.get("rows", 0))
        if theirs is None:
            return columns, None
        if theirs.columns != columns:
            return columns, Problem(PART, f"There are {theirs.columns} columns there, and {columns} here.")
        if theirs.total is not None and theirs.total != rows:
            return columns, Problem(PART, f"There are {theirs.total:,} of them there, and {rows:,} here.")
        return columns, None

    def _delimiters(self, work: Work, editable: EditableNode) -> list[str]:
        """Those that stand in the first line of the file, the most frequent first."""
        file = datastore.file_of(work, editable)
        digest = file.digest or file.copy_digest
        if digest is None:
            return []
        with self.portal.blobs.local(digest) as path, path.open("rb") as content:
            line = content.readline(HEAD_BYTES).decode("utf-8", "replace")
        return sorted((one for one in DELIMITERS if one in line), key=line.count, reverse=True)

    def _over(self, work: Work, one: Awaited, left: Problem | None) -> bool:
        origins.solved(work, self.site.base, one.known.key, AWAITED, left)
        return True

    def _end(self, one: Awaited, left: Problem) -> bool:
        with self.portal.writing(self.actor) as work:
            return self._over(work, one, left)


def _is_read_right(columns: int, one: Awaited) -> bool:
    """Whether the file came apart into its columns. A single one is no sign of it."""
    if one.theirs is not None:
        return columns == one.theirs.columns
    return columns > 1 or (columns == 1 and not one.tried)
