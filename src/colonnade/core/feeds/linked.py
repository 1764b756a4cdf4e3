"""Documents of linked data about many datasets, written as they come."""

from collections.abc import Generator, Iterable, Sequence

from colonnade.core.feeds import dublin_core, profiles, rdfxml, turtle
from colonnade.core.feeds.model import Described, Site
from colonnade.core.feeds.profiles import Profile

Batches = Iterable[Sequence[Described]]


def dcat_xml(site: Site, batches: Batches, profile: Profile) -> Generator[bytes]:
    """The datasets stand inside their catalogue, where harvesters look for them."""
    catalogue = profiles.catalogue(profile, site)
    yield (rdfxml.HEAD + rdfxml.opened(catalogue)).encode()
    for batch in batches:
        yield "".join(_entry(profile, one) for one in batch).encode()
    yield (rdfxml.closed(catalogue) + rdfxml.TAIL).encode()


def dcat_turtle(site: Site, batches: Batches, profile: Profile) -> Generator[bytes]:
    catalogue = profiles.catalogue(profile, site)
    yield (turtle.HEAD + turtle.whole(catalogue)).encode()
    subject = site.addresses.catalogue()
    for batch in batches:
        yield "".join(
            turtle.statement(subject, "dcat:dataset", one.address)
            + turtle.whole(profiles.dataset(profile, one))
            for one in batch
        ).encode()


def dublin_core_xml(_site: Site, batches: Batches) -> Generator[bytes]:
    yield rdfxml.HEAD.encode()
    for batch in batches:
        yield "".join(rdfxml.whole(dublin_core.dataset(one)) for one in batch).encode()
    yield rdfxml.TAIL.encode()


def _entry(profile: Profile, one: Described) -> str:
    record = profiles.record(profile, one)
    told = rdfxml.inside("dcat:dataset", profiles.dataset(profile, one))
    return told if record is None else told + rdfxml.inside("dcat:record", record)
