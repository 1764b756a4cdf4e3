"""A site to move in."""

from tests.support.dkan7 import Dkan7, und

TREES = b"species,height\noak,12\nelm,9\n"


def city(site: Dkan7) -> dict[str, int]:
    """A site with one of each thing; the keys are what they are called here."""
    picture = {"field_image": site.picture("pictures/logo.png", b"a picture")}
    group = site.node("group", "Parks", body=und({"value": "<p>Green</p>", "format": "html"}), **picture)
    trees = site.resource("Trees.csv", "2019/trees.csv", TREES, field_datastore_status=und({"value": "1"}))
    lost = site.resource("Lost", "lost.pdf")
    link = site.resource(
        "Elsewhere",
        field_link_remote_file=und({"uri": "https://example.org/x.csv", "fid": "9", "filename": "x.csv"}),
    )
    dataset = site.dataset(
        "Trees of the city",
        trees,
        link,
        lost,
        tags=["oak", "Élm & co"],
        body=und({"value": "<p>All trees</p>", "summary": "Trees", "format": "html"}),
        field_topic=und(site.term("Environment")),
        field_contact_name=und({"value": "Jo"}),
        og_group_ref=und({"target_id": str(group)}),
    )
    page = site.node("page", "About", body=und({"value": "<p>About us</p>", "format": "html"}))
    story = site.node("dkan_data_story", "Elms", field_tags=und(site.term("oak")))
    return {
        "story": story,
        "group": group,
        "trees": trees,
        "lost": lost,
        "link": link,
        "dataset": dataset,
        "page": page,
    }
