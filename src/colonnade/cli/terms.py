"""`colonnade theme` and `colonnade licence`: the portal's vocabularies, while a server runs or not."""

from pathlib import Path

import click

from colonnade.cli.portal import command_work, data_option
from colonnade.core.terms import service as terms
from colonnade.core.terms.model import Term, Vocabulary


@click.group()
def theme() -> None:
    """Themes, under which datasets are found."""


@click.group()
def licence() -> None:
    """Licences, under which datasets may be used."""


_labels = click.option(
    "--label",
    "labels",
    type=(str, str),
    multiple=True,
    metavar="LANGUAGE NAME",
    help="Its name in another language.",
)


@theme.command("add")
@click.argument("name")
@_labels
@data_option
def add_theme(name: str, labels: tuple[tuple[str, str], ...], data: Path | None) -> None:
    """Add a theme, with its name in the portal's language, and print its id."""
    _add(Vocabulary.THEME, name, labels, None, data)


@licence.command("add")
@click.argument("name")
@_labels
@click.option("--url", help="Where its text is.")
@data_option
def add_licence(name: str, labels: tuple[tuple[str, str], ...], url: str | None, data: Path | None) -> None:
    """Add a licence, with its name in the portal's language, and print its id."""
    _add(Vocabulary.LICENCE, name, labels, url, data)


@theme.command("list")
@data_option
def list_themes(data: Path | None) -> None:
    """The portal's themes: id, name, names in other languages."""
    _list(Vocabulary.THEME, data)


@licence.command("list")
@data_option
def list_licences(data: Path | None) -> None:
    """The portal's licences: id, name, names in other languages, address."""
    _list(Vocabulary.LICENCE, data)


@theme.command("remove")
@click.argument("uid")
@data_option
def remove_theme(uid: str, data: Path | None) -> None:
    """Remove a theme. Datasets that have it keep its name."""
    _remove(Vocabulary.THEME, uid, data)


@licence.command("remove")
@click.argument("uid")
@data_option
def remove_licence(uid: str, data: Path | None) -> None:
    """Remove a licence. Datasets that have it keep its name."""
    _remove(Vocabulary.LICENCE, uid, data)


def _add(
    vocabulary: Vocabulary, name: str, labels: tuple[tuple[str, str], ...], url: str | None, data: Path | None
) -> None:
    with command_work(data) as work:
        named = {work.settings.default_language: name, **dict(labels)}
        click.echo(f"{terms.add(work, vocabulary, named, url=url).uid}\t{name}")


def _list(vocabulary: Vocabulary, data: Path | None) -> None:
    with command_work(data) as work:
        for one in terms.terms(work, vocabulary):
            click.echo("\t".join(_columns(one, work.settings.default_language)))


def _columns(one: Term, language: str) -> list[str]:
    name = one.name(language)
    others = " ".join(f"{key}={label}" for key, label in one.labels.items() if label != name)
    return [one.uid, name, others or "-", *([one.url] if one.url else [])]


def _remove(vocabulary: Vocabulary, uid: str, data: Path | None) -> None:
    with command_work(data) as work:
        removed = terms.remove(work, vocabulary, uid)
        click.echo(f"Removed {removed.name(work.settings.default_language)}.")
