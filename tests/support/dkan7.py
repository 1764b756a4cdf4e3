"""A DKAN 7 site: what its public endpoints answer, with the habits of real ones. `dkan7_server` lets it be asked."""

import datetime as dt
import itertools
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

COLUMNS = [
    "nid",
    "vid",
    "type",
    "language",
    "title",
    "uid",
    "status",
    "created",
    "changed",
    "comment",
    "promote",
    "sticky",
    "tnid",
    "translate",
    "uuid",
]
DATASET_FIELDS = [
    "body",
    "field_additional_info",
    "field_author",
    "field_conforms_to",
    "field_contact_email",
    "field_contact_name",
    "field_data_dictionary",
    "field_data_dictionary_type",
    "field_frequency",
    "field_granularity",
    "field_harvest_source_issued",
    "field_harvest_source_modified",
    "field_harvest_source_ref",
    "field_is_part_of",
    "field_landing_page",
    "field_language",
    "field_license",
    "field_orphan",
    "field_pod_theme",
    "field_public_access_level",
    "field_related_content",
    "field_resources",
    "field_rights",
    "field_spatial",
    "field_spatial_geographical_cover",
    "field_tags",
    "field_temporal_coverage",
    "field_topic",
    "og_group_ref",
]
RESOURCE_FIELDS = [
    "body",
    "field_dataset_ref",
    "field_datastore_status",
    "field_format",
    "field_link_api",
    "field_link_remote_file",
    "field_orphan",
    "field_upload",
    "og_group_ref",
]
FIELDS = {
    "dataset": DATASET_FIELDS,
    "resource": RESOURCE_FIELDS,
    "group": ["body", "field_image", "group_group"],
    "page": ["body"],
    "dkan_data_story": ["body", "field_image", "field_tags", "field_topic"],
}
LICENCES = {"cc-by": "https://creativecommons.org/licenses/by/4.0/"}
FIRST = 1492544348
USER, PASSWORD, SESSION = "admin", "s3cret & %", "SESSd14344a17ca11d13bda8baf612c0efa5=OBoeXKMQx3zmaZrS"

_first_numbers = itertools.count(1000, 1000)
"""Each site has numbers of its own, so that several may move into one portal."""

Answer = tuple[int, str, bytes]
Record = dict[str, Any]


def und(*items: Mapping[str, Any]) -> Record:
    return {"und": list(items)}


@dataclass
class Dkan7:
    """`nodes`: by their numbers, as they are retrieved. `terms`: names by number. `files`: bytes by path. `hidden`: nodes
    that nobody sees. `broken`: statuses that a path answers first, one after the other. `asked`: what came, in order.
    `rows`: names of columns and rows by uuid, of resources that stand in the datastore; `delimiters`: how files are read
    there, by number. `stops_after`: so many calls are answered, then none."""

    base: str = ""
    nodes: dict[int, Record] = field(default_factory=dict)
    terms: dict[int, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    broken: dict[str, list[int]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    rows: dict[str, tuple[Sequence[str], int]] = field(default_factory=dict)
    delimiters: dict[int, str] = field(default_factory=dict)
    has_nodes: bool = True
    has_catalogue: bool = True
    names_terms: bool = False
    stops_after: int | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(next(_first_numbers)))
    _moments: Iterator[int] = field(default_factory=lambda: itertools.count(FIRST, 60))

    def term(self, name: str) -> Record:
        """An item that points to a term of this name."""
        known = {one: number for number, one in self.terms.items()}
        number = known.get(name) or 900 + len(self.terms)
        self.terms[number] = name
        return {"tid": str(number)}

    def node(self, kind: str, title: str, **said: Any) -> int:
        """A node with all fields of its type, empty unless they are said; returns its number."""
        number = next(self._numbers)
        moment = str(next(self._moments))
        self.nodes[number] = {
            "vid": str(number + 40),
            "uid": "1",
            "title": title,
            "log": "",
            "status": "1",
            "comment": "0",
            "promote": "0",
            "sticky": "0",
            "vuuid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"v{number}")),
            "nid": str(number),
            "type": kind,
            "language": "und",
            "created": moment,
            "changed": moment,
            "tnid": "0",
            "translate": "0",
            "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.base}/{number}")),
            "revision_timestamp": moment,
            "revision_uid": "1",
            **{name: [] for name in FIELDS.get(kind, ())},
            "rdf_mapping": {"rdftype": ["sioc:Item"]},
            "path": f"{self.base}/{kind}/{'-'.join(re.findall(r'[a-z0-9]+', title.lower()))}",
            "name": USER,
            "picture": "0",
            "data": "b:0;",
            **said,
        }
        return number

    def dataset(self, title: str, *resources: int, tags: Sequence[str] = (), **said: Any) -> int:
        """A dataset with these resources, which then point back to it."""
        number = self.node(
            "dataset",
            title,
            **{
                "field_license": und({"value": "cc-by", "format": None, "safe_value": "cc-by"}),
                "field_public_access_level": und({"value": "public"}),
                "field_orphan": und({"value": "0"}),
                "field_resources": und(*({"target_id": str(one)} for one in resources)) if resources else [],
                "field_tags": und(*(self.term(one) for one in tags)) if tags else [],
                **said,
            },
        )
        for one in resources:
            self.nodes[one]["field_dataset_ref"] = und({"target_id": str(number)})
        return number

    def resource(self, title: str, name: str | None = None, content: bytes | None = None, **said: Any) -> int:
        """A resource; `name`: of its file below `public://`, `content`: what that holds, None: it is lost."""
        if name is not None:
            said["field_upload"] = und(self._upload(name, content or b""))
            said.setdefault("field_format", und(self.term(name.rsplit(".", 1)[-1])))
            said.setdefault("field_datastore_status", und({"value": "2"}))
            if content is not None:
                self.files[f"/sites/default/files/{name}"] = content
        return self.node("resource", title, **said)

    def picture(self, name: str, content: bytes) -> Record:
        """A field that holds a picture."""
        self.files[f"/sites/default/files/{name}"] = content
        return und({**self._upload(name, content), "alt": "Our logo"})

    def change(self, number: int, **said: Any) -> None:
        self.nodes[number].update(said, changed=str(next(self._moments) + 10_000))

    def _upload(self, name: str, content: bytes) -> Record:
        return {
            "fid": str(300 + len(self.nodes)),
            "uid": "1",
            "filename": name.rsplit("/", 1)[-1],
            "uri": f"public://{name}",
            "filemime": "text/csv" if name.endswith(".csv") else "application/octet-stream",
            "filesize": str(len(content)),
            "status": "1",
            "timestamp": str(FIRST),
            "type": "undefined",
            "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, name)),
            "metadata": [],
            "alt": "",
            "title": "",
            "delimiter": None,
            "embed": None,
            "graph": None,
            "grid": "1",
            "map": None,
            "service_id": None,
        }

    def answer(self, path: str, asked: Mapping[str, str], *, is_signed_in: bool) -> Answer:
        """Status, type and body of a GET."""
        if self.broken.get(path):
            return page_of(self.broken[path].pop(0))
        for form, handler in self._routes():
            found = re.fullmatch(form, path)
            if found is not None:
                return handler(*found.groups(), asked, is_signed_in)
        content = self.files.get(path)
        return page_of(404) if content is None else (200, "text/csv", content)

    def _routes(self) -> list[tuple[str, Callable[..., Answer]]]:
        return [
            (r"/api/dataset/node\.json", self._index),
            (r"/api/dataset/node/(\d+)\.json", self._node),
            (r"/api/dataset/datastore/(\d+)\.json", self._datastore),
            (r"/api/dataset/taxonomy_term/(\d+)\.json", self._term),
            (r"/api/3/action/package_show", self._package),
            (r"/data\.json", self._catalogue),
            (r"/api/action/datastore/search\.json", self._search),
        ]

    def _index(self, asked: Mapping[str, str], is_signed_in: bool) -> Answer:
        if not self.has_nodes:
            return 404, "application/json", b""
        shown = [one for one in self.nodes.values() if one["status"] == "1" or is_signed_in]
        if asked.get("options[orderby][nid]") != "asc":
            shown.sort(key=lambda one: -int(one["created"]))
        size = min(int(asked.get("pagesize", "20")), 20)
        start = int(asked.get("page", "0")) * size
        found = [
            {**{name: one[name] for name in COLUMNS}, "uri": f"{self.base}/api/dataset/node/{one['nid']}"}
            for one in shown[start : start + size]
        ]
        return json_of(found)

    def _node(self, number: str, asked: Mapping[str, str], is_signed_in: bool) -> Answer:
        node = self.nodes.get(int(number)) if self.has_nodes else None
        if node is None:
            return json_of([f"Node {number} could not be found"], 404)
        if int(number) in self.hidden or (node["status"] != "1" and not is_signed_in):
            return json_of(["Access denied for user anonymous"], 403)
        return json_of(node)

    def _term(self, number: str, asked: Mapping[str, str], is_signed_in: bool) -> Answer:
        if not self.names_terms or int(number) not in self.terms:
            return 404, "application/json", b""
        return json_of({"tid": number, "name": self.terms[int(number)], "vocabulary_machine_name": "tags"})

    def _names(self, node: Record, name: str) -> list[str]:
        return [self.terms[int(one["tid"])] for one in _items(node, name)]

    def _package(self, asked: Mapping[str, str], is_signed_in: bool) -> Answer:
        node = self._by_uuid(asked.get("id", ""))
        if not self.has_catalogue or node is None:
            return json_of({"help": "", "success": True, "error": {"__type": "Not Found Error"}}, 404)
        resources = [self.nodes[int(one["target_id"])] for one in _items(node, "field_resources")]
        package = {
            "id": node["uuid"],
            "title": node["title"],
            "metadata_modified": _odd(node["changed"]),
            "private": "Published",
            "tags": [
                {"id": str(uuid.uuid5(uuid.NAMESPACE_OID, name)), "vocabulary_id": "2", "name": name}
                for name in self._names(node, "field_tags")
            ],
            "resources": [
                {
                    "id": one["uuid"],
                    "name": one["title"],
                    "format": next(iter(self._names(one, "field_format")), ""),
                    "url": self._url(one),
                    "size": "12.5 KB",
                    "last_modified": f"Date changed\t{_odd(one['changed'])}",
                }
                for one in resources
            ],
        }
        return json_of({"help": "Return the metadata", "success": True, "result": [[package]]})

    def _catalogue(self, asked: Mapping[str, str], is_signed_in: bool) -> Answer:
        if not self.has_catalogue:
            return page_of(404)
        wanted = asked.get("identifier")
        found = [
            self._described(one)
            for one in self.nodes.values()
            if one["type"] == "dataset" and one["status"] == "1" and wanted in {None, one["uuid"]}
        ]
        status, kind, body = json_of({"@type": "dcat:Catalog", "dataset": found})
        return status, kind, body.replace(b"<", b"\\u003C").replace(b"&", b"\\u0026")

    def _described(self, node: Record) -> Record:
        texts = [one["value"] for one in _items(node, "body")]
        groups = [self.nodes[int(one["target_id"])]["title"] for one in _items(node, "og_group_ref")]
        resources = [self.nodes[int(one["target_id"])] for one in _items(node, "field_resources")]
        record = {
            "@type": "dcat:Dataset",
            "identifier": node["uuid"],
            "title": node["title"],
            "description": texts[0] if texts else "No description provided",
            "keyword": self._names(node, "field_tags") or ["No keyword provided"],
            "theme": self._names(node, "field_topic"),
            "issued": _day(node["created"]),
            "modified": _odd(node["changed"]),
            "publisher": {"@type": "org:Organization", "name": groups[0] if groups else "127.0.0.1"},
            "contactPoint": {"fn": node["name"], "hasEmail": "mailto:noemailprovided@usa.gov"},
            "accessLevel": "public",
            "license": LICENCES["cc-by"],
            "distribution": [
                {
                    "@type": "dcat:Distribution",
                    "title": one["title"],
                    "format": next(iter(self._names(one, "field_format")), ""),
                    "downloadURL": self._url(one),
                }
                for one in resources
            ],
        }
        return {key: value for key, value in record.items() if value}

    def _url(self, resource: Record) -> str:
        for one in (*_items(resource, "field_upload"), *_items(resource, "field_link_remote_file")):
            uri: str = one["uri"]
            if uri.startswith("public://"):
                return f"{self.base}/sites/default/files/{quote(uri.removeprefix('public://'))}"
            return uri
        return next((one["url"] for one in _items(resource, "field_link_api")), "")

    def _search(self, asked: Mapping[str, str], is_signed_in: bool) -> Answer:
        if asked.get("resource_id") not in self.rows:
            return json_of({"error": {"message": "Exception Caught, please check logs for more information"}})
        names, total = self.rows[asked["resource_id"]]
        fields = [{"id": name, "type": "text"} for name in (*names, "entry_id")]
        result = {"fields": fields, "limit": 1, "total": total, "records": []}
        return json_of({"help": "Search a datastore table.", "success": True, "result": result})

    def _datastore(self, number: str, asked: Mapping[str, str], is_signed_in: bool) -> Answer:
        if not is_signed_in:
            return json_of(["Access denied for user anonymous"], 403)
        told = {"delimiter": self.delimiters.get(int(number), ","), "quote": '"', "escape": "\\"}
        return json_of({"storage": 1, "data_import": 6, "configurable_properties": told})

    def _by_uuid(self, wanted: str) -> Record | None:
        return next((one for one in self.nodes.values() if one["uuid"] == wanted), None)


def _items(node: Record, name: str) -> list[Record]:
    value = node.get(name) or {}
    found: list[Record] = value.get("und", []) if isinstance(value, dict) else []
    return found


def json_of(value: object, status: int = 200) -> Answer:
    return status, "application/json", json.dumps(value).encode()


def page_of(status: int) -> Answer:
    return (
        status,
        "text/html; charset=utf-8",
        b"<html><body>The website encountered an unexpected error.</body></html>",
    )


def _day(seconds: str) -> str:
    return dt.datetime.fromtimestamp(int(seconds), dt.UTC).date().isoformat()


def _odd(seconds: str) -> str:
    return dt.datetime.fromtimestamp(int(seconds), dt.UTC).strftime("%a, %m/%d/%Y - %H:%M")
