"""The fields that nodes of each type have, and what their items are (section 7 of the reference)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from colonnade.core.nodes.model import Kind, Tags


class Shape(StrEnum):
    BODY = "body"
    TEXT = "text"
    """`value`, `format`, `safe_value`."""
    VALUE = "value"
    LINK = "link"
    PAIR = "pair"
    """`first`, `second`."""
    DATE = "date"
    PERIOD = "period"
    TARGET = "target"
    """A reference to another node."""
    TERM = "term"
    PLACE = "place"
    FILE = "file"


@dataclass(frozen=True)
class Field:
    """`longest`: characters of its text; `choices`: all that it may say, empty for anything; `vocabulary`: of its terms;
    `is_computed`: what is sent for it is passed over."""

    name: str
    shape: Shape
    is_multi: bool = False
    longest: int = 255
    choices: frozenset[str] = frozenset()
    vocabulary: Tags | None = None
    is_computed: bool = False


LICENCES = frozenset(
    [
        "cc-by",
        "cc-by-sa",
        "cc-zero",
        "cc-nc",
        "cc-by-nc-nd",
        "gfdl",
        "notspecified",
        "odc-by",
        "odc-odbl",
        "odc-pddl",
        "other-at",
        "other-nc",
        "other-closed",
        "other-open",
        "other-pd",
        "uk-ogl",
    ]
)
FREQUENCIES = frozenset(
    [
        "irregular",
        *("R/PT1S", "R/PT1H", "R/P1D"),
        *("R/P0.33W", "R/P0.5W", "R/P1W", "R/P2W", "R/P3.5D"),
        *("R/P0.33M", "R/P0.5M", "R/P1M", "R/P2M", "R/P3M", "R/P4M", "R/P6M"),
        *("R/P1Y", "R/P2Y", "R/P3Y", "R/P4Y", "R/P10Y"),
        *map(str, range(100)),
    ]
)
"""Numbers: what older sites have."""
ACCESS_LEVELS = frozenset({"public", "restricted", "private"})
FLAGS = frozenset({"0", "1"})
LONG = 1_000_000
TABLES = frozenset({"datajson_v1_1_json", "datajson_v1_1_xml"})

BODY = Field("body", Shape.BODY, longest=LONG)
ORPHAN = Field("field_orphan", Shape.VALUE, choices=FLAGS)
GROUPS = Field("og_group_ref", Shape.TARGET, is_multi=True)
RESOURCES = Field("field_resources", Shape.TARGET, is_multi=True)
DATASETS = Field("field_dataset_ref", Shape.TARGET, is_multi=True)
TOPIC = Field("field_topic", Shape.TERM, is_multi=True, vocabulary=Tags.TOPICS)
TAGS = Field("field_tags", Shape.TERM, is_multi=True, vocabulary=Tags.TAGS)
IMAGE = Field("field_image", Shape.FILE)
UPLOAD = Field("field_upload", Shape.FILE)
REMOTE = Field("field_link_remote_file", Shape.FILE)
LICENCE = Field("field_license", Shape.TEXT, choices=LICENCES)

_DATASET = (
    BODY,
    Field("field_additional_info", Shape.PAIR, is_multi=True, longest=LONG),
    Field("field_author", Shape.TEXT),
    Field("field_conforms_to", Shape.LINK),
    Field("field_contact_email", Shape.TEXT),
    Field("field_contact_name", Shape.TEXT),
    Field("field_data_dictionary", Shape.TEXT, longest=LONG),
    Field("field_data_dictionary_type", Shape.TEXT),
    Field("field_frequency", Shape.VALUE, choices=FREQUENCIES),
    Field("field_granularity", Shape.VALUE),
    Field("field_harvest_source_issued", Shape.DATE),
    Field("field_harvest_source_modified", Shape.VALUE),
    Field("field_harvest_source_ref", Shape.TARGET),
    Field("field_is_part_of", Shape.VALUE, longest=512),
    Field("field_landing_page", Shape.LINK),
    Field("field_language", Shape.VALUE, is_multi=True),
    LICENCE,
    Field("field_modified_source_date", Shape.DATE),
    Field("field_odfe_bureau_code", Shape.VALUE, is_multi=True),
    Field("field_odfe_data_quality", Shape.VALUE),
    Field("field_odfe_investment_uii", Shape.VALUE),
    Field("field_odfe_program_code", Shape.VALUE, is_multi=True),
    Field("field_odfe_system_of_records", Shape.VALUE),
    ORPHAN,
    Field("field_pod_theme", Shape.VALUE, is_multi=True),
    Field("field_public_access_level", Shape.VALUE, choices=ACCESS_LEVELS),
    Field("field_related_content", Shape.LINK, is_multi=True),
    RESOURCES,
    Field("field_rights", Shape.VALUE, longest=LONG),
    Field("field_spatial", Shape.PLACE, is_multi=True, longest=LONG),
    Field("field_spatial_geographical_cover", Shape.VALUE),
    TAGS,
    Field("field_temporal_coverage", Shape.PERIOD),
    TOPIC,
    GROUPS,
)
_RESOURCE = (
    BODY,
    DATASETS,
    Field("field_datastore_status", Shape.VALUE, is_computed=True),
    Field("field_format", Shape.TERM, vocabulary=Tags.FORMATS),
    Field("field_link_api", Shape.LINK),
    REMOTE,
    ORPHAN,
    UPLOAD,
    GROUPS,
)
_HARVEST = "field_dkan_harvest"

FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    Kind.DATASET: _DATASET,
    Kind.RESOURCE: _RESOURCE,
    Kind.GROUP: (BODY, IMAGE, Field("group_group", Shape.VALUE, is_computed=True)),
    Kind.DATA_DASHBOARD: (BODY, TOPIC),
    Kind.DATA_STORY: (BODY, IMAGE, TAGS, TOPIC),
    Kind.PAGE: (BODY,),
    Kind.HARVEST_SOURCE: (
        BODY,
        Field(f"{_HARVEST}_machine_name", Shape.VALUE, longest=31),
        Field(f"{_HARVEST}_source_uri", Shape.VALUE, longest=2048),
        Field("field_dkan_harveset_type", Shape.VALUE, choices=TABLES),
        *(
            Field(f"{_HARVEST}_{name}", Shape.PAIR, is_multi=True, longest=LONG)
            for name in ("filters", "excludes", "overrides", "defaults")
        ),
        Field(f"{_HARVEST}_topic", Shape.TERM, is_multi=True, vocabulary=Tags.TOPICS),
    ),
}

FEDERAL = "field_odfe_"
"""Fields that a site has only if it switched them on: shown where they say something."""

DEFAULTS: Mapping[Kind, Mapping[str, str]] = {
    Kind.DATASET: {
        "field_license": "notspecified",
        "field_public_access_level": "public",
        "field_orphan": "0",
    },
    Kind.RESOURCE: {"field_orphan": "0"},
}
"""What a new node says where nothing is sent."""
