"""The import of a resource's file survives SIGKILL: it ends with all of its rows, at its own door and at the others'."""

from pathlib import Path

from tests.journeys.dooms import Doom
from tests.journeys.processes import PortalProcess

CONTENT = "id,word\n" + "".join(f"{number},w{number}\n" for number in range(50))
BUILT = Doom("after", "colonnade.builder.process:build")
SWAPPING = Doom("before", "colonnade.core.tables.service:swap")
"""Everything is made, and the transaction that lets it count is not committed."""
FOLLOWING = Doom("after", "colonnade.core.tables.service:swap", nth=2)
"""The rows are in, and those of the dataset are about to be."""


def test_an_import_that_is_killed_again_and_again_ends_whole(tmp_path: Path) -> None:
    with PortalProcess.opened(tmp_path) as portal:
        node, uid = portal.ask("file_under", content=CONTENT)
        assert portal.ask("filled", node=node, uid=uid) == (2, 0, 0, ())
        portal.ask("lay", doom=BUILT)
        portal.ask("fill", node=node)
        portal.died()
    # The job goes on as soon as the portal starts, which may be dead before it answers.
    for doom in (SWAPPING, FOLLOWING):
        with PortalProcess(tmp_path, doom) as portal:
            portal.died()
    with PortalProcess.opened(tmp_path) as portal:
        portal.ask("rest")
        assert portal.ask("filled", node=node, uid=uid) == (6, 50, 50, ())
        portal.close()
