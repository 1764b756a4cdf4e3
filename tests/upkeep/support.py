"""Portals to look after: datasets with files, a dataset with live rows, and commands that are run on them."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from click.testing import CliRunner, Result
from tests.support.house import House

from colonnade.cli.main import colonnade
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset
from colonnade.core.records import service as records
from colonnade.core.records.coercion import LiveRow
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Ownership, Resource
from colonnade.core.tables import service as tables
from colonnade.core.work import Actor, Portal
from colonnade.query.schema import Field, FieldType, Schema

LIVE = Schema(
    (
        Field(name="word", label="word", type=FieldType.TEXT),
        Field(name="amount", label="amount", type=FieldType.INT),
    )
)


def command(*arguments: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(colonnade, [str(one) for one in arguments], catch_exceptions=True)


def command_apart(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, as a person does beside a server."""
    line = [sys.executable, "-m", "colonnade", *(str(one) for one in arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)


@dataclass(frozen=True)
class LiveDataset:
    """A published dataset whose rows only come live."""

    slug: str
    editable: EditableDataset
    resource: Resource

    def write(self, portal: Portal, actor: Actor, rows: Sequence[tuple[str, str, int]]) -> None:
        """Key, word, amount."""
        with portal.reading(actor) as work:
            live = [LiveRow(key=key, values={"word": word, "amount": amount}) for key, word, amount in rows]
            records.upsert(work, self.editable, self.resource, live)


def live_dataset(portal: Portal, actor: Actor, slug: str) -> LiveDataset:
    with portal.writing(actor) as work:
        editable = datasets.create(work, {"default": {"title": {"value": slug}}}, wanted_slug=slug)
        resource = resources.add(work, editable, ownership=Ownership.OWNED)
        tables.ensure(work, editable.dataset.id)
        datasets.show(work, editable.dataset)
    with portal.reading(actor) as work:
        records.create_empty(work, editable, LIVE)
    return LiveDataset(slug, editable, resource)


def csv(rows: int, word: str = "word") -> str:
    return "name,number\n" + "".join(f"{word}{number},{number}\n" for number in range(rows))


@dataclass(frozen=True)
class Furnished:
    """A closed portal's folder, and where its things are."""

    data: Path
    derived: str
    live: str
    """The tables' uids."""
    digest: str
    """Of the first file of `derived`."""

    def generation(self, table: str, number: int) -> Path:
        return self.data / "generations" / table / str(number)

    def blob(self) -> Path:
        return self.data / "blobs" / self.digest[:2] / self.digest

    def copied(self, target: Path) -> "Furnished":
        shutil.copytree(self.data, target)
        return replace(self, data=target)


def furnish(house: House, data: Path) -> Furnished:
    """`derived`, with two generations of which the second counts, and `live`, with twenty live writes."""
    portal, actor = house.running.portal, house.actor(house.admin)
    made = house.published(csv(300), dataset_id="derived")
    house.add_csv(made["uid"], csv(50, "more"), name="more.csv")
    assert house.publish(made["uid"])["status"] == "idle"
    live = live_dataset(portal, actor, "live")
    for number in range(20):
        live.write(portal, actor, [(f"k{number}", f"town{number}", number)])
    with portal.reading(actor) as work:
        derived = datasets.editable(work, "derived")
        uids = [tables.main_table(work, one.dataset.id) for one in (derived, live.editable)]
        file = min(resources.all_files(work), key=lambda one: one.id)
    assert uids[0] is not None
    assert uids[1] is not None
    return Furnished(data, uids[0].uid, uids[1].uid, file.digest)
