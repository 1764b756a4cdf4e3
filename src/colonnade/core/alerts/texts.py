"""What a person is told of new rows (panda section 7). Pure."""

import datetime as dt
from dataclasses import dataclass
from html import escape
from urllib.parse import quote


@dataclass(frozen=True)
class Found:
    """What an alert has found. `name`, `slug`: of its dataset; `category`: its slug; `since`: of what is new."""

    query: str
    query_url: str
    count: int
    since: dt.datetime
    name: str | None = None
    slug: str | None = None
    category: str | None = None

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
        link = "" if self.slug is None else f"\n{site}/explore/dataset/{self.slug}/\n"
        return (
            f'{rows} your search for "{self.query}"{where} since {self.since:%Y-%m-%d %H:%M:%S} UTC.\n{link}\n'
            "You get this letter because you subscribed to this search. To get no more of them, take the subscription "
            "away.\n"
        )
