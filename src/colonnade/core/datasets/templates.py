"""The metadata templates that every portal has: names, fields and what their values are (Automation 1.0, section 3.2 of
its reference and catalogue (d) beside it)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

DEFAULT = "default"
INTERNAL = "internal"
VISUALIZATION = "visualization"
ASSET_CONTENT = "asset_content_configuration"
CUSTOM = "custom"
ADMIN = "admin"

LANGUAGES = ("en", "fr", "nl", "pt", "it", "ar", "de", "es", "ca", "eu", "sv")
"""Of data (`default.language`)."""
INTERFACE_LANGUAGES = ("en", "fr", "nl")
"""Of the portal's pages, where a field may be shown in some of them only."""
FACET_SORTS = ("count", "num", "alphanum", "-count", "-num", "-alphanum")


class Custom(StrEnum):
    """Fields of `custom` that hold what Project Open Data and DKAN say of a dataset, and no other template has a place
    for. Feeds and pages know them."""

    RIGHTS = "rights"
    LANDING_PAGE = "landing_page"
    DICTIONARY = "data_dictionary"
    DICTIONARY_TYPE = "data_dictionary_type"
    PART_OF = "is_part_of"
    THEMES = "pod_theme"
    BUREAUS = "bureau_code"
    PROGRAMS = "program_code"
    QUALITY = "data_quality"
    INVESTMENT = "investment_uii"
    RECORDS = "system_of_records"
    MORE = "additional_info"
    """An object: what is said, and what of it, a text or a list of texts."""


class ValueType(StrEnum):
    """What a field holds. `values` says what is taken for each."""

    TEXT = "text"
    LINE = "line"
    """A text that is not blank."""
    LONGSTRING = "longstring"
    HTML = "html"
    BOOLEAN = "boolean"
    DOUBLE = "double"
    DATE = "date"
    DATETIME = "datetime"
    LIST = "list"
    """Of texts."""
    TEXT_OR_LIST = "text_or_list"
    LIST_OF_ONE_OR_MORE = "list_of_one_or_more"
    """A list of texts, or one text that stands for a list of it."""
    LANGUAGE = "language"
    TIMEZONE = "timezone"
    PLACES = "places"
    """Geographic codes: `world`, `world_fr`, `fr_80_75056`."""
    FACETS = "facets"
    FIELD_LANGUAGES = "field_languages"
    FIELD_BOOSTS = "field_boosts"
    ANY = "any"


@dataclass(frozen=True)
class Template:
    """A namespace of metadata. `kind`: the `type` in Automation's words. `is_public`: readers of a published dataset see
    its values, except those of the fields that are `kept_back`. `takes_any`: it has whatever fields are written into
    it, each holding any JSON."""

    name: str
    kind: str
    fields: Mapping[str, ValueType] = field(default_factory=lambda: MappingProxyType({}))
    is_always_active: bool = False
    is_public: bool = True
    kept_back: frozenset[str] = frozenset()
    takes_any: bool = False

    def type_of(self, field_name: str) -> ValueType | None:
        """None: the template has no such field."""
        return self.fields.get(field_name, ValueType.ANY if self.takes_any else None)


def _all(type_: ValueType, names: str) -> dict[str, ValueType]:
    return dict.fromkeys(names.split(), type_)


_DEFAULT = Template(
    DEFAULT,
    "basic",
    {
        "title": ValueType.TEXT,
        "description": ValueType.HTML,
        "keyword": ValueType.LIST,
        "modified": ValueType.DATETIME,
        "modified_updates_on_metadata_change": ValueType.BOOLEAN,
        "modified_updates_on_data_change": ValueType.BOOLEAN,
        "geographic_reference": ValueType.PLACES,
        "geographic_reference_auto": ValueType.BOOLEAN,
        "language": ValueType.LANGUAGE,
        "timezone": ValueType.TIMEZONE,
        "publisher": ValueType.LINE,
        "references": ValueType.LINE,
        "attributions": ValueType.LIST,
        # The four that the live server takes beside those of the text; `vocabularies` keeps them in step with `internal`.
        "license": ValueType.TEXT,
        "license_id": ValueType.TEXT,
        "theme": ValueType.LIST_OF_ONE_OR_MORE,
        "theme_id": ValueType.LIST_OF_ONE_OR_MORE,
    },
    is_always_active=True,
    kept_back=frozenset({"license_id", "theme_id"}),
)

_INTERNAL = Template(
    INTERNAL,
    "extra",
    {
        "license_id": ValueType.TEXT,
        "theme_id": ValueType.LIST,
        "draft": ValueType.BOOLEAN,
        "category_id": ValueType.TEXT,
        "metadata_source_language": ValueType.TEXT,
    },
    is_always_active=True,
    is_public=False,
)

_VISUALIZATION = Template(
    VISUALIZATION,
    "extra",
    {
        **_all(
            ValueType.BOOLEAN,
            "analyze_disabled map_disabled map_marker_hidemarkershape map_tooltip_disabled map_tooltip_html_enabled "
            "images_disabled image_tooltip_html_enabled calendar_enabled calendar_tooltip_html_enabled "
            "custom_view_enabled",
        ),
        **_all(
            ValueType.LIST,
            "table_fields map_tooltip_fields media_gallery_fields image_fields calendar_tooltip_fields",
        ),
        **_all(
            ValueType.TEXT,
            "analyze_default table_default_sort_field table_default_sort_direction map_marker_picto map_marker_color "
            "map_tooltip_title map_tooltip_html map_tooltip_sort_field map_tooltip_sort_direction map_basemap "
            "image_title calendar_event_title calendar_event_start calendar_event_end calendar_tooltip_html "
            "calendar_event_color calendar_available_views calendar_default_view custom_view_html custom_view_css "
            "custom_view_icon custom_view_title custom_view_slug",
        ),
        "image_tooltip_html": ValueType.TEXT_OR_LIST,  # a list by the text, probably by a slip
    },
    is_always_active=True,
    is_public=False,
)

_ASSET_CONTENT = Template(
    ASSET_CONTENT,
    "extra",
    {
        "facets": ValueType.FACETS,
        "fields_displayed_in_specific_languages": ValueType.FIELD_LANGUAGES,
        "records_search_boosts": ValueType.FIELD_BOOSTS,
        "is_explore_data_with_ai_disabled": ValueType.BOOLEAN,
    },
    is_always_active=True,
    is_public=False,
)

_DCAT_FIELDS = {
    **_all(ValueType.DATE, "created issued"),
    **_all(
        ValueType.TEXT,
        "creator contributor contact_name contact_email accrualperiodicity spatial temporal granularity dataquality "
        "publisher_type conforms_to",
    ),
    **_all(ValueType.DATETIME, "temporal_coverage_start temporal_coverage_end"),
    "accessRights": ValueType.TEXT,
    "relation": ValueType.TEXT_OR_LIST,
}

_INSPIRE_FIELDS = {
    **_all(ValueType.LIST, "theme type"),
    **_all(
        ValueType.TEXT,
        "file_identifier contact_individual_name contact_position contact_address contact_email extend_description "
        "hierarchy_level hierarchy_level_name spatial_resolution topologic_consistency",
    ),
    "identification_purpose": ValueType.HTML,
    **_all(
        ValueType.DOUBLE,
        "extend_bounding_box_westbound_longitude extend_bounding_box_eastbound_longitude "
        "extend_bounding_box_southbound_latitude extend_bounding_box_northbound_latitude",
    ),
}

TEMPLATES: Mapping[str, Template] = {
    one.name: one
    for one in (
        _DEFAULT,
        _INTERNAL,
        _VISUALIZATION,
        _ASSET_CONTENT,
        Template("dcat", "interop", _DCAT_FIELDS),
        # The fields of the general profile are not published anywhere; portals fill in DCAT's.
        Template("dcat_ap", "interop", _DCAT_FIELDS),
        Template(
            "dcat_ap_ch", "interop", {**_DCAT_FIELDS, **_all(ValueType.TEXT_OR_LIST, "domain rights license")}
        ),
        Template("inspire", "interop", _INSPIRE_FIELDS),
        Template(
            "semantic",
            "extra",
            {
                "rml_mapping": ValueType.LONGSTRING,
                "classes": ValueType.LIST,
                "properties": ValueType.LIST,
            },
        ),
        Template(CUSTOM, "basic", takes_any=True),
        Template(ADMIN, "admin", is_public=False, takes_any=True),
    )
}
"""By name. Of `custom` and `admin` each portal says itself what is in them."""


def field_names(template: str, type_: ValueType) -> tuple[str, ...]:
    """The fields of a template that hold values of one type."""
    return tuple(name for name, one in TEMPLATES[template].fields.items() if one is type_)
