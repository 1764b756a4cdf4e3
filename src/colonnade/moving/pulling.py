"""Fetching what is to be placed: nodes, names of terms, files. Threads may do it for several at once; nothing is written
but stored files."""

import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from colonnade.core import uploads
from colonnade.core.origins.model import Outcome, Problem, State
from colonnade.core.uploads import StoredFile
from colonnade.core.work import Portal
from colonnade.errors import PortalError
from colonnade.moving import pod, said
from colonnade.moving.names import Names, text_of
from colonnade.moving.pieces import Key, Parcel, Piece, Upload
from colonnade.moving.site import Record, Site
from colonnade.moving.wire import Absent, is_loss

TABULAR = (".csv", ".tsv", ".tab", ".txt")


@dataclass
class Puller:
    """`waiting`: those of some keys whose things are new or changed."""

    portal: Portal
    site: Site
    names: Names
    waiting: Callable[[Collection[str]], Collection[str]]

    def dataset(self, key: str, uuid: str | None) -> Parcel:
        """A dataset with those of its resources that wait."""
        try:
            record = self.site.node(int(key))
        except PortalError as error:
            return self._instead(key, uuid, error)
        numbers = said.numbers(record, "field_resources", "target_id")
        keys = [str(one) for one in numbers]
        waiting = self.waiting(keys)
        parcel = Parcel()
        records = self._records([one for one in keys if one in waiting], parcel)
        terms, problems = self.names.of_dataset(record, list(records.values()))
        parcel.main = _piece(key, record)
        parcel.main.terms, parcel.main.resources = terms, keys
        parcel.main.problems.extend(problems)
        parcel.resources = [self._resource(one, each, record) for one, each in records.items()]
        return parcel

    def resource(self, key: str, uuid: str | None) -> Parcel:
        """A resource by itself: its dataset did not change, or it has none."""
        del uuid
        return self._alone(key, lambda record: self._resource(key, record, None))

    def other(self, key: str, uuid: str | None) -> Parcel:
        """A group, a page ..."""
        del uuid
        return self._alone(key, lambda record: self._other(key, record))

    def described(self, record: Record, key: str | None = None) -> Parcel:
        """A dataset as data.json has it."""
        main, resources = pod.pieces(self.site, record, key)
        waiting = self.waiting([one.key for one in resources])
        resources = [one for one in resources if one.key in waiting]
        for one in resources:
            one.datasets = [main.key]
            self._fill(one, None)
        return Parcel(main, resources)

    def _instead(self, key: str, uuid: str | None, error: PortalError) -> Parcel:
        """What the node API hides, the public catalogue may show."""
        if is_loss(error):
            raise error
        record = None if uuid is None else self.site.described(uuid)
        if record is None:
            return Parcel(failed=[_failed(key, error)])
        parcel = self.described(record, key)
        assert parcel.main is not None
        why = f"It came from data.json, for the node itself cannot be had: {error.message}"
        parcel.main.problems.append(Problem("", why))
        return parcel

    def _alone(self, key: str, make: Callable[[Record], Piece]) -> Parcel:
        try:
            return Parcel(make(self.site.node(int(key))))
        except PortalError as error:
            if is_loss(error):
                raise
            return Parcel(failed=[_failed(key, error)])

    def _other(self, key: str, record: Record) -> Piece:
        piece = _piece(key, record)
        piece.terms, problems = self.names.of_other(record)
        piece.problems.extend(problems)
        picture = said.file(record, "field_image")
        if picture is not None:
            piece.upload = Upload(picture, self.site.address(picture.uri), "field_image")
            self._fill(piece, None)
        return piece

    def _records(self, keys: Sequence[str], parcel: Parcel) -> Mapping[str, Record]:
        found = {}
        for key in keys:
            try:
                found[key] = self.site.node(int(key))
            except PortalError as error:
                if is_loss(error):
                    raise
                parcel.failed.append(_failed(key, error))
        return found

    def _resource(self, key: str, record: Record, dataset: Record | None) -> Piece:
        piece = _piece(key, record)
        piece.datasets = [str(one) for one in said.numbers(record, "field_dataset_ref", "target_id")]
        format_name = self.names.format_of(record)
        piece.terms = {"field_format": [] if format_name is None else [format_name]}
        link = said.file(record, "field_link_remote_file")
        if link is not None:
            piece.body["field_link_remote_file"] = {"und": [{"uri": link.uri}]}
        upload = said.file(record, "field_upload")
        if upload is not None:
            piece.upload = Upload(upload, self.site.address(upload.uri))
            self._fill(piece, None if dataset is None else said.text(dataset, "uuid"))
        is_imported = any(
            text_of(one, "value") == "1" for one in said.items(record, "field_datastore_status")
        )
        file = upload or link
        is_tabular = file is not None and file.filename.lower().endswith(TABULAR)
        piece.wants_rows = is_imported or (
            is_tabular and self.site.rows(said.text(record, "uuid")) is not None
        )
        if piece.wants_rows:
            piece.reading = self.site.reading(int(key))
        return piece

    def _fill(self, piece: Piece, dataset_uuid: str | None) -> None:
        """Fetch the file of a resource, as far as it can be had."""
        upload = piece.upload
        if upload is None:
            return
        try:
            upload.stored = self._stored(upload, piece, dataset_uuid)
        except PortalError as error:
            if is_loss(error):
                raise
            piece.problems.append(Problem(upload.said.filename, error.message, may_pass=True))
        else:
            if upload.stored is None:
                why = f"There is no way to {upload.said.uri}."
                piece.problems.append(Problem(upload.said.filename, why))

    def _stored(self, upload: Upload, piece: Piece, dataset_uuid: str | None) -> StoredFile | None:
        if upload.address is None:
            return None
        try:
            return self._fetched(upload.address, upload.said.filename)
        except Absent:
            # Files may be kept in a folder of another name, which the catalogue tells.
            package = self.site.package(dataset_uuid) if dataset_uuid else None
            found = [] if package is None else package.get("resources")
            told = [
                text_of(one, "url")
                for one in (found if isinstance(found, list) else [])
                if isinstance(one, dict) and text_of(one, "id") == piece.uuid
            ]
            if not told or told[0] in {"", upload.address} or self.site.own_name(told[0]) is None:
                raise
            return self._fetched(told[0], upload.said.filename)

    def _fetched(self, address: str, filename: str) -> StoredFile:
        with tempfile.TemporaryFile(dir=self.portal.settings.scratch_folder) as content:
            self.site.file(address, content)
            content.seek(0)
            return uploads.keep(self.portal, content, filename=filename)


def _piece(key: str, record: Record) -> Piece:
    groups = [Key(str(one)) for one in said.numbers(record, "og_group_ref", "target_id")]
    return Piece(
        key=key,
        kind=said.text(record, "type"),
        uuid=said.uuid(record),
        title=said.text(record, "title"),
        body=said.plain(record),
        digest=said.digest(dict(record)),
        author=said.text(record, "name"),
        log=said.text(record, "log"),
        created=said.moment(record.get("created")),
        changed=said.moment(record.get("changed")),
        groups=groups,
        name=said.name(record),
    )


def _failed(key: str, error: PortalError) -> Outcome:
    return Outcome(key, State.FAILED, problems=[Problem("", error.message, may_pass=True)])
