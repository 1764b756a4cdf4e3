"""Placing what was fetched, by the core's own use cases: one transaction for what belongs together, so that a run that is
cut off has placed it whole or not at all."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from colonnade.core import blobs
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.nodes import numbers, tags, writing
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import Changes, Condition, EditableNode, Kind, Tags
from colonnade.core.origins import service as origins
from colonnade.core.origins.model import Known, Outcome, Problem, State
from colonnade.core.people import service as people
from colonnade.core.work import Actor, Portal, Work
from colonnade.dialects.dkan import mapping
from colonnade.errors import Invalid, NotFound, PortalError
from colonnade.moving import rows
from colonnade.moving.pieces import Key, Parcel, Piece

VOCABULARIES = {"field_tags": Tags.TAGS, "field_topic": Tags.TOPICS, "field_format": Tags.FORMATS}
KINDS = frozenset(Kind)
UPLOAD, PICTURE = "field_upload", "field_image"
LOG = "Moved from {}"
_HOLDING: Mapping[str, str] = {
    Kind.RESOURCE: UPLOAD,
    Kind.GROUP: PICTURE,
    Kind.DATA_STORY: PICTURE,
}
"""Kind -> the field of its file."""


class _Refused(Exception):
    """A piece cannot be placed; everything of its transaction is undone."""

    def __init__(self, piece: Piece, reason: PortalError) -> None:
        super().__init__(reason.message)
        self.piece = piece
        self.reason = reason


@dataclass
class Placer:
    """`address`: of the site, as the ledger has it."""

    portal: Portal
    actor: Actor
    address: str
    _placed: dict[str, int] = field(default_factory=dict)
    """Our numbers of what was placed in this transaction."""

    def place(self, parcel: Parcel) -> list[Outcome]:
        """Bring in what can be brought in, and write down what became of all of it."""
        failed = list(parcel.failed)
        left = parcel
        while True:
            try:
                return self._together(left, failed)
            except _Refused as refused:
                failed.append(_failure(refused.piece, refused.reason))
                self._let_go(refused.piece)
                left = _without(left, refused.piece)

    def _together(self, parcel: Parcel, failed: Sequence[Outcome]) -> list[Outcome]:
        said = {one.key: len(one.problems) for one in parcel.pieces}
        try:
            return self._written(parcel, failed)
        except _Refused:
            for one in parcel.pieces:
                del one.problems[said[one.key] :]
            raise

    def _written(self, parcel: Parcel, failed: Sequence[Outcome]) -> list[Outcome]:
        with self.portal.writing(self.actor) as work:
            outcomes = list(failed)
            keys = [one.key for one in parcel.pieces]
            known = origins.known(work, self.address, keys)
            numbers = self._placed = {}
            for piece in parcel.pieces:
                numbers[piece.key] = self._put(work, piece, known.get(piece.key))
            if parcel.main is not None and parcel.main.resources is not None:
                self._refer(work, parcel.main)
            for piece in parcel.pieces:
                if piece.wants_rows and (piece.upload is None or piece.upload.stored is not None):
                    piece.problems.append(rows.ask(work, numbers[piece.key], piece.reading))
            outcomes.extend(_outcome(one, numbers[one.key]) for one in parcel.pieces)
            origins.became(work, self.address, outcomes)
        return outcomes

    def _put(self, work: Work, piece: Piece, known: Known | None) -> int:
        """One thing; returns its number here."""
        try:
            before = self._before(work, piece, known)
            if before is not None and known is not None and known.digest == piece.digest:
                if piece.upload is not None and piece.upload.stored is not None:
                    self._change(work, piece, before, self._file_item(work, piece, before))
                return before.node.id
            return self._change(work, piece, before, self._body(work, piece, before))
        except PortalError as error:
            raise _Refused(piece, error) from error

    def _before(self, work: Work, piece: Piece, known: Known | None) -> EditableNode | None:
        """What is here of it already, by the ledger or by its uuid."""
        number = None if known is None else known.number
        if number is None and piece.uuid is not None:
            try:
                number = nodes.readable_by_uuid(work, piece.uuid).node.id
            except NotFound:
                return None
        return None if number is None else nodes.editable(work, number)

    def _change(self, work: Work, piece: Piece, before: EditableNode | None, body: dict[str, Any]) -> int:
        if piece.kind not in KINDS:
            raise Invalid(f"Things of the type {piece.kind} are not taken.", code="moving.kind")
        if body == {}:
            assert before is not None
            return before.node.id
        changes = _lenient(work, piece, before, body)
        changes = replace(
            _dated(changes, piece), changed=piece.changed, log=piece.log or LOG.format(self.address)
        )
        if before is not None:
            writing.update(work, before, changes)
            self._note_name(piece, before)
            return before.node.id
        changes = replace(
            changes,
            nid=piece.number,
            uuid=piece.uuid,
            created=piece.created,
            name=piece.name,
            **_author(work, piece.author),
        )
        made = writing.create(work, Kind(piece.kind), changes)
        self._note_name(piece, made)
        if piece.number not in {None, made.node.id} and numbers.was_removed(work, piece.number or 0):
            why = f"It is {made.node.id} here: another one had that number, and was removed."
            piece.problems.append(Problem(f"node/{piece.number}", why))
        return made.node.id

    def _note_name(self, piece: Piece, made: EditableNode) -> None:
        """Addresses that people know end with it."""
        slug = None if made.dataset is None else made.dataset.slug
        if piece.name is not None and slug not in {None, piece.name}:
            why = f"It is {slug} here."
            piece.problems.append(Problem(f"dataset/{piece.name}", why))

    def _body(self, work: Work, piece: Piece, before: EditableNode | None) -> dict[str, Any]:
        """All that a thing says, with the numbers that others have here."""
        body = {**piece.body, "type": piece.kind, "title": piece.title}
        for name, names in piece.terms.items():
            tids = tags.tids(work, VOCABULARIES[name], names) if names else {}
            body[name] = {"und": [{"tid": str(tids[one])} for one in names if one in tids]}
        if piece.groups is not None:
            body["og_group_ref"] = _targets(self._groups(work, piece))
        if piece.datasets is not None:
            body["field_dataset_ref"] = _targets(self._numbers(work, piece.datasets))
        if piece.upload is not None:
            body.update(self._file_item(work, piece, before))
        elif piece.kind in _HOLDING:
            body[_HOLDING[piece.kind]] = []
        return body

    def _file_item(self, work: Work, piece: Piece, before: EditableNode | None) -> dict[str, Any]:
        """The file as an item of its field; nothing where it did not come, or is here already."""
        assert piece.upload is not None
        stored = piece.upload.stored
        if stored is None:
            return {}
        number = None if before is None else before.node.id
        held = [] if number is None else managedfiles.of_nodes(work, [number])[number]
        field_name = piece.upload.field
        old = [one for one in held if one.place == field_name]
        if any(one.digest == stored.digest for one in old):
            return {}
        name = piece.upload.said.uri.partition("://")[2]
        kept = managedfiles.keep(work, stored, name=name, replaces=old)
        if kept.uri.partition("://")[2] != name:
            piece.problems.append(Problem(name, f"Another file has this name here; it is {kept.uri} now."))
        return {field_name: {"und": [{**piece.upload.said.extras, "fid": str(kept.id)}]}}

    def _refer(self, work: Work, main: Piece) -> None:
        """See that a dataset has its resources, in its own order."""
        wanted = self._numbers(work, main.resources or ())
        missing = [one for one in main.resources or () if one not in wanted]
        if missing:
            what = f"Resources {', '.join(missing)}"
            main.problems.append(Problem("field_resources", f"{what} did not come.", may_pass=True))
        editable = nodes.editable(work, self._placed[main.key])
        if [one.node.id for one in nodes.resources_of(work, editable)] != [*wanted.values()]:
            writing.update(work, editable, Changes(resources=[*wanted.values()], changed=main.changed))

    def _numbers(self, work: Work, keys: Sequence[str]) -> dict[str, int]:
        """Our numbers of things that are here."""
        known = origins.known(work, self.address, [one for one in keys if one not in self._placed])
        found = {key: one.number for key, one in known.items() if one.number is not None} | self._placed
        return {one: found[one] for one in keys if one in found}

    def _groups(self, work: Work, piece: Piece) -> dict[str, int]:
        """Our numbers of a thing's groups. One that is known by its name alone is made."""
        assert piece.groups is not None
        found = self._numbers(work, [one.key for one in piece.groups])
        for key, title in piece.groups:
            if key in found:
                continue
            if not title:
                why = f"Group {key} did not come."
                piece.problems.append(Problem("og_group_ref", why, may_pass=True))
                continue
            found[key] = self._group(work, Key(key, title))
        return found

    def _group(self, work: Work, group: Key) -> int:
        named = (Condition("title", "=", (group.title,)), Condition("kind", "=", (Kind.GROUP,)))
        same = nodes.index(work, named, offset=0, limit=1)
        number = same[0].id if same else writing.create(work, Kind.GROUP, Changes(title=group.title)).node.id
        outcome = Outcome(group.key, State.HERE, number, kind=Kind.GROUP, title=group.title)
        origins.became(work, self.address, [outcome])
        return number

    def _let_go(self, piece: Piece) -> None:
        if piece.upload is not None and piece.upload.stored is not None:
            blobs.clear(self.portal, [piece.upload.stored.digest])


def _lenient(work: Work, piece: Piece, before: EditableNode | None, body: Mapping[str, Any]) -> Changes:
    """What is said, without the fields whose values cannot be taken: those are written down as problems."""
    left = dict(body)
    while True:
        try:
            return mapping.parsed(work, Kind(piece.kind), left, before)
        except Invalid as error:
            named = re.search(r"\b(field_\w+|body)\b", error.message)
            if named is None or left.pop(named[1], None) is None:
                raise
            piece.problems.append(Problem(named[1], f"{error.message.rstrip('.')}."))


def _dated(changes: Changes, piece: Piece) -> Changes:
    """Readers of other doors see when a dataset changed as a part of its metadata."""
    if piece.kind != Kind.DATASET or piece.changed is None:
        return changes
    default = changes.metadata.get("default", {})
    if default.get("modified"):
        return changes
    at = dt.datetime.fromtimestamp(piece.changed, dt.UTC).isoformat().replace("+00:00", "Z")
    return replace(changes, metadata={**changes.metadata, "default": {**default, "modified": at}})


def _author(work: Work, name: str) -> dict[str, Any]:
    """Accounts do not move: who has one of that name here is the author, else the name is kept."""
    if not name:
        return {}
    try:
        return {"author_id": people.person(work, name).id}
    except NotFound:
        return {"author_name": name}


def _outcome(piece: Piece, number: int) -> Outcome:
    state = State.HERE if not piece.problems else State.LACKING
    if any(one.may_pass for one in piece.problems):
        state = State.PARTLY
    return Outcome(
        piece.key,
        state,
        number,
        piece.digest,
        piece.problems,
        kind=piece.kind,
        uuid=piece.uuid,
        title=piece.title,
    )


def _failure(piece: Piece, reason: PortalError) -> Outcome:
    problems = [*piece.problems, Problem("", reason.message, may_pass=True)]
    return Outcome(
        piece.key, State.FAILED, problems=problems, kind=piece.kind, uuid=piece.uuid, title=piece.title
    )


def _without(parcel: Parcel, piece: Piece) -> Parcel:
    """The rest of a parcel."""
    main = None if parcel.main is piece else parcel.main
    return Parcel(main, [one for one in parcel.resources if one is not piece])


def _targets(numbers: Mapping[str, int]) -> dict[str, Any]:
    return {"und": [{"target_id": str(one)} for one in numbers.values()]}
