"""Looking at everything that the portal keeps. Nothing is changed, but that the index of live rows takes up what it lacks
since a crash, as every search lets it do, and that nodes follow what happened, as every request about them lets them."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from colonnade.core.catalogue import service as catalogue
from colonnade.core.datastore import checking as datastore
from colonnade.core.mail import service as mail
from colonnade.core.nodes import checking as nodes
from colonnade.core.publishing import inputs
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import Generation
from colonnade.core.upkeep import inventory
from colonnade.core.upkeep.inventory import Inventory, TableSeen
from colonnade.core.upkeep.model import Finding, Report, Trouble
from colonnade.core.work import SYSTEM, Portal
from colonnade.errors import NotFound
from colonnade.generation import FILES_FOLDER, MANIFEST_FILE
from colonnade.query.schema import Schema

Tell = Callable[[str, int, int], None]
"""Told what is looked at, how many things were and how many there are. It may raise, to stop the check."""

SECOND_LOOK_SECONDS = 1.0
TRIES_BEFORE_WORD = 3
"""Of a letter: after some twenty minutes."""

LOST = frozenset({Trouble.CURRENT, Trouble.KEPT})


def check(portal: Portal, tell: Tell) -> Report:
    """Look at everything. What is going on meanwhile (uploads, publications, removals) is not found to be wrong."""
    findings = [
        Finding(
            Trouble.CATALOGUE,
            "The catalogue",
            f"{line.removeprefix('catalogue: ')}.",
            "",
            "Restore a backup.",
        )
        for line in portal.database.check()
    ]
    findings += [*_lasting(portal), *_overview(portal), *_letters(portal), *_nodes(portal)]
    stock = inventory.take(portal)
    ready = sum(len(seen.ready) for seen in stock.tables)
    done, total = 0, ready + len(stock.files)
    for seen in stock.tables:
        tell(seen.name, done, total)
        findings += table(portal, seen)
        done += len(seen.ready)
    for digest, uses in stock.files.items():
        tell(uses[0], done, total)
        findings += _file(portal, digest, uses)
        done += 1
    return Report(tuple(sorted(findings, key=lambda one: one.where)), ready, len(stock.files))


def _overview(portal: Portal) -> Iterator[Finding]:
    for line in portal.overview.check() if portal.overview is not None else ():
        yield Finding(
            Trouble.OVERVIEW, "The overview of small tables", line, portal.settings.overview_folder.name
        )


def _nodes(portal: Portal) -> Iterator[Finding]:
    for line in (*nodes.wrong(portal), *datastore.wrong(portal)):
        yield Finding(Trouble.NODES, "Nodes", line, "node")


def _letters(portal: Portal) -> Iterator[Finding]:
    spool = mail.spool_of(portal.settings)
    where = "Mail"
    if given_up := len(spool.unsent()):
        what = f"Letters that could not be sent: {given_up}."
        advice = "They are in outbox/unsent; send them by hand or remove them."
        yield Finding(Trouble.LETTER, where, what, "unsent", advice)
    if late := [one for one in spool.waiting() if one.tries >= TRIES_BEFORE_WORD]:
        what = f"Letters that wait for the mail server: {len(late)}, tried {late[0].tries} times."
        yield Finding(Trouble.LETTER, where, what, "waiting", "The log says why.")


def table(portal: Portal, seen: TableSeen) -> list[Finding]:
    """What is wrong with a table's generations and its pointer."""
    found = {one.number: generation(portal, seen, one) for one in seen.ready}
    sound = [number for number, lines in found.items() if not any(line.trouble in LOST for line in lines)]
    findings = [line for lines in found.values() for line in lines]
    if seen.table.current is not None and seen.table.current not in found and _still_points(portal, seen):
        what = f"Generation {seen.table.current} should count, but there is none of that number."
        findings.append(Finding(Trouble.CURRENT, seen.name, what, seen.uid))
    return [_advised(seen, one, sound) if one.trouble is Trouble.CURRENT else one for one in findings]


def generation(portal: Portal, seen: TableSeen, one: Generation) -> list[Finding]:
    """What is wrong with one finished generation; nothing if it was removed meanwhile."""
    where, target = f"{seen.name}, generation {one.number}", f"{one.table_uid}/{one.number}"
    lost = Trouble.CURRENT if seen.is_current(one) else Trouble.KEPT
    folder = tables.folder(portal, one.ref)
    if not folder.is_dir():
        found = [(lost, "Its folder is missing.")]
    else:
        found = [
            *((Trouble.MANIFEST, line) for line in _manifest(folder, one)),
            *((Trouble.IDENTITY, line) for line in _unchanged(folder, one)),
            *((Trouble.CELL_FILES, line) for line in _files(folder / FILES_FOLDER, one)),
            *_rows_and_index(portal, one, lost),
        ]
    if not found or not _is_known(portal, one):
        return []
    return [Finding(trouble, where, what, target, _ADVICE.get(trouble, "")) for trouble, what in found]


_ADVICE = {
    Trouble.KEPT: "It is not the one that readers see; a repair forgets it.",
    Trouble.IDENTITY: "If a publication fails by it, remove the file: the rows then get new ids.",
    Trouble.CELL_FILES: "Publish again: they are taken from the sources.",
}


def _rows_and_index(portal: Portal, one: Generation, lost: Trouble) -> Iterator[tuple[Trouble, str]]:
    wrong = portal.rows.check_rows(one.ref, one.schema)
    try:
        if not wrong and not one.is_live and portal.rows.count(one.ref) != one.report["rows"]:
            wrong = [f"It has {portal.rows.count(one.ref)} rows and was built with {one.report['rows']}."]
        if not wrong:
            if one.is_live:
                portal.rows.catch_up(one.ref, one.schema)
            yield from ((Trouble.INDEX, line) for line in portal.rows.check_index(one.ref))
    except NotFound:
        wrong = ["Its rows are missing."]
    yield from ((lost, line) for line in wrong)


def _manifest(folder: Path, one: Generation) -> Iterator[str]:
    """A generation that was never built, but made empty for live rows, has none."""
    if not one.report:
        return
    try:
        manifest = inputs.manifest_of(folder)
        report = {name: value for name, value in manifest.to_json().items() if name != "schema"}
    except FileNotFoundError:
        yield f"Its {MANIFEST_FILE} is missing."
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        yield f"Its {MANIFEST_FILE} cannot be read ({type(error).__name__})."
    else:
        # A report that an older version wrote lacks what came up since.
        said = {name: report.get(name) for name in one.report}
        if said != one.report or _columns(manifest.schema) != _columns(one.schema):
            yield f"Its {MANIFEST_FILE} says something else than the catalogue."


def _columns(schema: Schema) -> list[tuple[object, ...]]:
    """Without raw columns: writes during the build may have brought some."""
    return [(one.name, one.type, one.multivalued) for one in schema.fields]


def _unchanged(folder: Path, one: Generation) -> Iterator[str]:
    """The catalogue has the checksums, too, so that no manifest is needed."""
    for name, wanted in one.report.get("checksums", {}).items():
        try:
            with (folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != wanted:
                    yield f"Its {name} is not what was built."
        except FileNotFoundError:
            yield f"Its {name} is missing."
        except OSError as error:
            yield f"Its {name} cannot be read ({error.strerror})."


def _files(folder: Path, one: Generation) -> Iterator[str]:
    """The files of cells are named by their content."""
    found = [path for path in folder.iterdir() if "." not in path.name] if folder.is_dir() else []
    wanted = one.report.get("files", 0)
    if len(found) < wanted:
        yield f"It has {len(found)} files in cells, {wanted} were built."
    for path in found:
        with path.open("rb") as file:
            if not hashlib.file_digest(file, "sha256").hexdigest().startswith(path.name):
                yield f"The file {path.name} in its cells is not what was built."


def _advised(seen: TableSeen, finding: Finding, sound: Sequence[int]) -> Finding:
    """Going back loses what was written since, so it is offered and never done unasked."""
    back = (
        f"lets generation {sound[-1]} count in its place; what was written since is not in that one"
        if sound
        else "leaves the dataset without rows, so that it can be published again"
    )
    name = seen.uid if " " in seen.name else seen.name
    advice = f"`colonnade doctor --fall-back {name}` {back}."
    return Finding(finding.trouble, finding.where, finding.what, finding.target, advice)


def _is_known(portal: Portal, one: Generation) -> bool:
    with portal.reading(SYSTEM) as work:
        try:
            tables.generation(work, one.ref)
        except NotFound:
            return False
        return True


def _still_points(portal: Portal, seen: TableSeen) -> bool:
    with portal.reading(SYSTEM) as work:
        try:
            return tables.table(work, seen.uid).current == seen.table.current
        except NotFound:
            return False


def _file(portal: Portal, digest: str, uses: Sequence[str]) -> list[Finding]:
    wrong = portal.blobs.check(digest)
    if not wrong or digest not in inventory.take(portal).files:
        return []
    where = ", ".join(uses)
    advice = "Upload it again."
    return [Finding(Trouble.FILE, where, f"{line[:1].upper()}{line[1:]}.", digest, advice) for line in wrong]


def _lasting(portal: Portal) -> list[Finding]:
    """What is left over. Beside a server it takes two looks: what is being made or removed just now is gone, or known,
    at the second."""
    first = _leftovers(portal)
    if not first or portal.runner is None:
        return first
    time.sleep(SECOND_LOOK_SECONDS)
    second = set(_leftovers(portal))
    return [one for one in first if one in second]


def _leftovers(portal: Portal) -> list[Finding]:
    stock = inventory.take(portal)
    return [
        *_unfinished(stock),
        *_strays(portal),
        *_unused_files(portal, stock),
        *_scratch(portal, stock),
        *_jobs(portal, stock),
    ]


def _unfinished(stock: Inventory) -> Iterator[Finding]:
    for seen in stock.tables:
        for one in seen.generations:
            if not one.is_ready and one.ref not in stock.building:
                where, target = f"{seen.name}, generation {one.number}", f"{one.table_uid}/{one.number}"
                yield Finding(
                    Trouble.UNFINISHED, where, "It was begun, and nobody builds it any more.", target
                )


def _strays(portal: Portal) -> Iterator[Finding]:
    for path in tables.strays(portal):
        if path.name != catalogue.TABLE:
            name = path.relative_to(portal.settings.data).as_posix()
            yield Finding(Trouble.STRAY, name, "The catalogue knows nothing of it.", name)


def _unused_files(portal: Portal, stock: Inventory) -> Iterator[Finding]:
    for digest in sorted(portal.blobs.digests()):
        if digest not in stock.files:
            yield Finding(Trouble.UNUSED_FILE, f"blob {digest}", "No dataset has this file.", digest)


def _scratch(portal: Portal, stock: Inventory) -> Iterator[Finding]:
    """Jobs' folders: they are named by the job, so that one that nobody uses can be told from one in use."""
    active = {one.uid for one in stock.jobs}
    for path in sorted(portal.settings.scratch_folder.iterdir()):
        if _is_uid(path.name) and path.name not in active:
            name = path.relative_to(portal.settings.data).as_posix()
            yield Finding(Trouble.SCRATCH, name, "It was left by a job that is over.", name)


def _is_uid(name: str) -> bool:
    return len(name) == 36 and name.count("-") == 4


def _jobs(portal: Portal, stock: Inventory) -> Iterator[Finding]:
    """Without a server none has to be at work: the next start goes on with all of them."""
    runner = portal.runner
    if runner is None:
        return
    for job in stock.jobs:
        what = None
        if not runner.is_known(job.uid):
            what = "It was written down and never begun."
        elif runner.is_over(job.uid):
            what = "It ended without a result."
        if what is not None:
            yield Finding(Trouble.JOB, f"job {job.uid} ({job.kind}, {job.state})", what, job.uid)
