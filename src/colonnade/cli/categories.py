"""`colonnade category`: the headings under which datasets stand, while a server runs or not."""

from pathlib import Path

import click

from colonnade.cli.portal import command_work, data_option
from colonnade.core.categories import service as categories


@click.group()
def category() -> None:
    """Categories, under which datasets stand."""


@category.command("list")
@data_option
def list_categories(data: Path | None) -> None:
    """The portal's categories: slug, name, how many published datasets."""
    with command_work(data) as work:
        counts = categories.counts(work)
        for one in categories.all_(work):
            name = one.name(work.settings.default_language)
            click.echo(f"{one.slug}\t{name}\t{counts.by_id.get(one.id, 0)}")


@category.command("add")
@click.argument("name")
@click.option("--slug", help="What it is called in addresses; made of the name if it is not given.")
@data_option
def add_category(name: str, slug: str | None, data: Path | None) -> None:
    """Add a category and print its slug."""
    with command_work(data) as work:
        click.echo(categories.add(work, name, slug).slug)


@category.command("rename")
@click.argument("slug")
@click.argument("name")
@data_option
def rename_category(slug: str, name: str, data: Path | None) -> None:
    """Call a category otherwise; its slug stays."""
    with command_work(data) as work:
        categories.rename(work, slug, name)


@category.command("remove")
@click.argument("slug")
@data_option
def remove_category(slug: str, data: Path | None) -> None:
    """Remove a category. Datasets that stood under it stay."""
    with command_work(data) as work:
        removed = categories.remove(work, slug)
        click.echo(f"Removed {removed.name(work.settings.default_language)}.")
