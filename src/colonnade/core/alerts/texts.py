"""What a person is told of new rows (panda section 7). Pure."""

import datetime as dt
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlencode


@dataclass(frozen=True)
class Found:
    """What an alert has found. `name`, `slug`: of its dataset; `category`, `category_name`: slug and name of the
    category; `since`: of what is new; `number`: the alert's id."""

    query: str
    query_url: str
    count: int
    since: dt.datetime
    name: str | None = None
    slug: str | None = None
    category: str | None = None
    category_name: str | None = None
    number: int | None = None

    @property
    def message(self) -> str:
        """HTML."""
        where = "" if self.name is None else f" in <strong>{escape(self.name)}</strong>"
        return f'New search results for "{escape(self.query)}"{where}'

    @property
    def subject(self) -> str:
        return f'New search results for "{self.query}"' + ("" if self.name is None else f" in {self.name}")

    @property
    def url(self) -> str:
        """Where PANDA's browser client shows the new ones."""
        return self.url_of_all + f"/{self.since:%Y-%m-%dT%H:%M:%S}"

    @property
    def url_of_all(self) -> str:
        asked = self.query_url or quote(self.query, safe="")
        if self.slug is not None:
            return f"#dataset/{self.slug}/search/{asked}"
        return f"#search/{self.category or 'all'}/{asked}"

    def text(self, site: str) -> str:
        rows = "1 new row matches" if self.count == 1 else f"{self.count:,} new rows match"
        where = f" in {self.name}" if self.name is not None else ""
        if self.category_name is not None:
            where = f" in the category {self.category_name}"
        page = "" if self.slug is None else f"{site}/explore/dataset/{self.slug}/\n"
        return (
            f'{rows} your search for "{self.query}"{where} since {self.since:%Y-%m-%d %H:%M:%S} UTC.\n\n'
            f"{page}{site}{self.path} (with the PANDA API)\n\n"
            "You get this letter because you subscribed to this search. To get no more of them, take the subscription "
            f"away: at {site}/account/ or with\nDELETE {site}/api/1.0/search_subscription/{self.number}/\n"
        )

    @property
    def path(self) -> str:
        """Where the new ones are told by the API."""
        asked = {"q": self.query, "since": f"{self.since:%Y-%m-%dT%H:%M:%S}"}
        if self.slug is not None:
            return f"/api/1.0/dataset/{self.slug}/data/?{urlencode(asked, quote_via=quote, safe=':')}"
        category = {} if self.category is None else {"category": self.category}
        return f"/api/1.0/data/?{urlencode({**asked, **category}, quote_via=quote, safe=':')}"
