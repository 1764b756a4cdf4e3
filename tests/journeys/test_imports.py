"""An import survives SIGKILL: what was there stays as it was until all of its rows are in, each once."""

from pathlib import Path

from tests.journeys.dooms import Doom
from tests.journeys.processes import PortalProcess

CONTENT = "id,word\n" + "".join(f"{number},w{number}\n" for number in range(50))
ROWS = [["live", "live"], *([str(number), f"w{number}"] for number in range(50))]
BUILT = Doom("after", "colonnade.builder.process:build")
SWAPPING = Doom("before", "colonnade.core.tables.service:swap")
"""Everything is made, and the transaction that lets it count is not committed."""


def test_an_import_that_is_killed_again_and_again_ends_whole(tmp_path: Path) -> None:
    with PortalProcess.opened(tmp_path) as portal:
        uid, file = portal.ask("shelve", name="killed", content=CONTENT)
        portal.ask("lay", doom=BUILT)
        portal.ask("take_in", uid=uid, file=file)
        portal.died()
    # The job goes on as soon as the portal starts, which may be dead before it answers.
    with PortalProcess(tmp_path, SWAPPING) as portal:
        portal.died()
    with PortalProcess.opened(tmp_path) as portal:
        portal.ask("rest")
        assert portal.ask("shelved", uid=uid, file=file) == (ROWS, True, ())
        refusal = portal.ask("take_in", uid=uid, file=file)
        assert refusal.code == "import.done"
        portal.close()
