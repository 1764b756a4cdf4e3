"""Whether datasets show the files of their resources at the other doors, and what to do where they do not."""

from collections.abc import Iterator
from contextlib import suppress

from colonnade.core.attachments import service as attachments
from colonnade.core.datastore import mirrors, store
from colonnade.core.work import SYSTEM, Portal
from colonnade.errors import PortalError


def wrong(portal: Portal) -> Iterator[str]:
    """Sentences."""
    with portal.reading(SYSTEM) as work:
        lacking = store.unseen(work.db, attachments.MAX_OF_A_KIND)
    if lacking:
        yield f"Resources whose files a dataset of theirs does not show: {len(lacking)}."


def mend(portal: Portal) -> None:
    """Let datasets show what they lack. A content that is lost cannot be shown."""
    with portal.reading(SYSTEM) as work:
        lacking = store.unseen(work.db, attachments.MAX_OF_A_KIND)
    for node_id in lacking:
        with suppress(PortalError), portal.writing(SYSTEM) as work:
            mirrors.follow_in(work, node_id)
