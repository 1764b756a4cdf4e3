"""A newsroom's writers and readers at work at once."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from tests.journeys.desks import Client, Crowd, client
from tests.journeys.histories import History, Look, Row, Unreal, out_of_order
from tests.support.house import ADMIN_KEY, EXPLORE

MOST = 1000
"""The longest page. All rows of a dataset fit on one."""
KEYS = 150
UNKEYED = 15
"""Of each writer."""
COMMON = "everywhere"
COLUMNS = {
    "columns": "writer,batch,round,place,note",
    "column_types": "unicode,unicode,int,int,",
    "typed_columns": "true,true,true,true,",
}
WRITER, BATCH, ROUND, PLACE, NOTE = range(5)
Answer = Mapping[str, Any]


class Writer:
    """Writes rows of its own into a dataset, and looks at once whether they are there."""

    def __init__(self, history: History, random: Random) -> None:
        self._history, self._random = history, random
        self._base = f"/dataset/{history.slug}/data/"

    def step(self, client: Client) -> None:
        choice = self._random.random()
        if choice < 0.25 and (old := self._old_keys()):
            self._delete(client, self._random.choice(old))
        elif choice < 0.45:
            self._put(client)
        elif choice < 0.55:
            self._post(client)
        else:
            self._put_many(client)

    def _old_keys(self) -> list[str]:
        """Of rows that did not come with the last write: so no state comes twice."""
        last = max((row[1][ROUND] for row in self._history.now), default=0)
        return sorted(row[0] for row in self._history.now if row[0] and row[1][ROUND] != last)

    def _delete(self, client: Client, key: str) -> None:
        self._history.sent(frozenset(row for row in self._history.now if row[0] != key))
        client.ask("DELETE", f"{self._base}{key}/", 204)
        self._history.done()
        client.ask("GET", f"{self._base}{key}/", 404)

    def _put(self, client: Client) -> None:
        (row,) = self._rows([self._key()])
        client.ask("PUT", f"{self._base}{row[0]}/", 202, json={"data": list(row[1])})
        self._history.done()
        assert client.ask("GET", f"{self._base}{row[0]}/", 200)["data"] == list(row[1])

    def _post(self, client: Client) -> None:
        (row,) = self._rows([self._key()])
        client.ask("POST", self._base, 201, json=_body(row))
        self._history.done()
        self._look_for(client, [row], f"column_unicode_batch:{row[1][BATCH]}")

    def _put_many(self, client: Client) -> None:
        keys = [self._key() for _ in range(self._random.choice((2, 10, 40)))]
        free = UNKEYED - sum(row[0] is None for row in self._history.now)
        rows = self._rows([*keys, *[None] * min(free, 2)])
        answer = client.ask("PUT", self._base, 202, json={"objects": [_body(row) for row in rows]})
        self._history.done()
        if len(answer["objects"]) != len(rows):
            raise Unreal(f"{len(rows)} rows were sent, {len(answer['objects'])} answered")
        self._look_for(client, _standing(rows), rows[0][1][BATCH])

    def _look_for(self, client: Client, rows: Sequence[Row], words: str) -> None:
        """A search for the batch, by the one who wrote it, finds it and no other row."""
        found = client.ask("GET", self._base, 200, q=words, limit=MOST)
        if rows_of(found) != {*rows} or found["meta"]["total_count"] != len(rows):
            raise Unreal(f"{words}: {len(rows)} rows were acknowledged, {found['meta']} found")

    def _key(self) -> str:
        return f"{self._history.writer}-{self._random.randrange(KEYS)}"

    def _rows(self, keys: Sequence[str | None]) -> list[Row]:
        """Rows of a batch that is sent now. Of a key that stands twice the last row counts."""
        history = self._history
        history.round += 1
        batch = word(history.writer, history.round)
        rows: list[Row] = [
            (key, (history.writer, batch, history.round, place, f"{COMMON} {batch} {place}/{len(keys)}"))
            for place, key in enumerate(keys)
        ]
        written = {row[0] for row in rows if row[0]}
        kept = (row for row in history.now if row[0] not in written)
        history.sent(frozenset([*kept, *_standing(rows)]), rows_of_round=True)
        return rows


def word(writer: str, number: int) -> str:
    """A word of letters alone, which is nobody's name."""
    return f"q{writer}x" + "".join("abcdefghij"[int(digit)] for digit in str(number))


def _standing(rows: Sequence[Row]) -> list[Row]:
    by_key = {row[0]: row for row in rows if row[0]}
    return [*by_key.values(), *(row for row in rows if row[0] is None)]


def _body(row: Row) -> Mapping[str, Any]:
    return {"data": list(row[1])} if row[0] is None else {"data": list(row[1]), "external_id": row[0]}


def rows_of(answer: Answer) -> set[Row]:
    return set(_listed(answer))


def _listed(answer: Answer) -> list[Row]:
    return [(one["external_id"], tuple(one["data"])) for one in answer["objects"]]


class Reader:
    """Asks one thing or another of a dataset, or of all of them, and holds what it reads against what was."""

    def __init__(self, histories: Sequence[History], random: Random) -> None:
        self._all, self._random = histories, random
        self._by_slug = {
            slug: [one for one in histories if one.slug == slug]
            for slug in sorted({one.slug for one in histories})
        }
        self.seen: dict[str, list[tuple[int, ...]]] = {slug: [] for slug in self._by_slug}
        self.reads: Counter[str] = Counter()
        self._asks = (
            *(self._whole, self._common, self._sorted, self._range, self._batch),
            *(self._count, self._one, self._facts, self._exported, self._everywhere),
        )

    def step(self, client: Client) -> None:
        slug = max(self._by_slug, key=lambda one: len(self._by_slug[one]))
        ask = self._random.choice(self._asks)
        self.reads[ask.__name__.strip("_")] += 1
        ask(client, slug)

    def _whole(self, client: Client, slug: str) -> None:
        """All rows, and what the dataset says of itself in the same answer."""
        look = Look(self._by_slug[slug])
        found = client.ask("GET", f"/dataset/{slug}/data/", 200, limit=MOST)
        self._saw_all(slug, look, found)
        total, rows = found["meta"]["total_count"], found["row_count"]
        if (rows or 0) != total:
            raise Unreal(f"{total} rows in all, row_count is {rows}")

    def _common(self, client: Client, slug: str) -> None:
        """All rows, by a word that is in each."""
        look = Look(self._by_slug[slug])
        self._saw_all(slug, look, client.ask("GET", f"/dataset/{slug}/data/", 200, q=COMMON, limit=MOST))

    def _sorted(self, client: Client, slug: str) -> None:
        look = Look(self._by_slug[slug])
        found = client.ask("GET", f"/dataset/{slug}/data/", 200, sort="column_int_round desc", limit=MOST)
        self._saw_all(slug, look, found)
        rounds = [one["data"][ROUND] for one in found["objects"]]
        if rounds != sorted(rounds, reverse=True):
            raise Unreal(f"not sorted: {rounds}")

    def _range(self, client: Client, slug: str) -> None:
        low = self._random.randrange(20)
        look = Look(self._by_slug[slug])
        words = f"column_int_place:[{low} TO {low + 3}] AND {COMMON}"
        found = client.ask("GET", f"/dataset/{slug}/data/", 200, q=words, limit=MOST)
        look.some(_counted(found), lambda row: low <= row[1][PLACE] <= low + 3)

    def _batch(self, client: Client, slug: str) -> None:
        """A batch of somebody: a part of it may have been replaced, but it came as a whole."""
        history = self._random.choice(self._by_slug[slug])
        wanted = max(1, history.round - self._random.randrange(3))
        look = Look([history])
        found = client.ask("GET", f"/dataset/{slug}/data/", 200, q=word(history.writer, wanted), limit=MOST)
        look.some(_counted(found), lambda row: row[1][ROUND] == wanted)

    def _count(self, client: Client, slug: str) -> None:
        look = Look(self._by_slug[slug])
        found = client.ask("GET", f"/dataset/{slug}/data/", 200, limit=0)
        look.number(found["meta"]["total_count"])

    def _one(self, client: Client, slug: str) -> None:
        history = self._random.choice(self._by_slug[slug])
        key = f"{history.writer}-{self._random.randrange(KEYS)}"
        look = Look([history])
        answer = client.answer("GET", f"/dataset/{slug}/data/{key}/")
        if answer.status_code not in {200, 404}:
            raise Unreal(f"{answer.status_code} {answer.text[:300]}")
        row = answer.json()
        rows = _listed({"objects": [row]}) if answer.status_code == 200 else []
        look.some(rows, lambda row: row[0] == key)

    def _facts(self, client: Client, slug: str) -> None:
        """What is told of the rows: their number; bounds that never shrink."""
        look = Look(self._by_slug[slug])
        found = client.ask("GET", f"/dataset/{slug}/", 200)
        if any(look.least_rounds):
            look.number(found["row_count"])
            greatest = found["column_schema"][ROUND]["max"]
            if greatest is None or greatest < max(look.least_rounds):
                raise Unreal(f"max is {greatest}, {max(look.least_rounds)} was acknowledged")

    def _exported(self, client: Client, slug: str) -> None:
        """All rows through another door."""
        look = Look(self._by_slug[slug])
        path = f"root:{EXPLORE}/{slug}/exports/json"
        found = client.ask("GET", path, 200, apikey=ADMIN_KEY)
        by_note = Counter(one["note"] for one in found)
        if any(count > 1 for count in by_note.values()):
            raise Unreal("rows are there twice in an export")
        candidates = {
            row[1][NOTE]: row for one in self._by_slug[slug] for _, state in one.since(0) for row in state
        }
        self.seen[slug].append(look.whole(candidates[note] for note in by_note))

    def _everywhere(self, client: Client, _slug: str) -> None:
        """All datasets at once: each group is a state of its dataset, its count is that of its rows."""
        looks = {slug: Look(those) for slug, those in self._by_slug.items()}
        found = client.ask("GET", "/data/", 200, q=COMMON, limit=20, group_limit=MOST)
        groups = {one["slug"]: one for one in found["objects"]}
        if found["meta"]["total_count"] != len(found["objects"]) != len(groups):
            raise Unreal(f"{found['meta']} and groups of {list(groups)}")
        for slug, look in looks.items():
            self._saw_all(slug, look, groups.get(slug, {"objects": [], "meta": {"total_count": 0}}))

    def _saw_all(self, slug: str, look: Look, found: Answer) -> None:
        self.seen[slug].append(look.whole(_counted(found)))


def _counted(found: Answer) -> list[Row]:
    rows = _listed(found)
    if found["meta"]["total_count"] != len(rows):
        raise Unreal(f"{len(rows)} rows of which {found['meta']['total_count']} are told")
    return rows


class Newsroom:
    """All of them, and what must hold when they rest."""

    def __init__(self, histories: Sequence[History], *, readers: int, random: Random) -> None:
        self.histories = histories
        self._readers = [Reader(histories, Random(random.random())) for _ in range(readers)]
        writers = [Writer(one, Random(random.random())) for one in histories]
        self.crowd = Crowd([*(one.step for one in writers), *(one.step for one in self._readers)])

    @property
    def reads(self) -> Counter[str]:
        return sum((one.reads for one in self._readers), Counter())

    def work(self, seconds: float) -> None:
        """Wait so long, and until every writer has had an answer."""
        before = [one.writes for one in self.histories]
        self.crowd.work(
            seconds,
            until=lambda: all(one.writes > old for one, old in zip(self.histories, before, strict=True)),
        )

    def settle(self, address: str) -> None:
        """Nobody is at work: the rows of each dataset are a state that may be, and everything agrees. They go on from it."""
        with client(address) as asking:
            for slug in sorted({one.slug for one in self.histories}):
                self._settle(asking, slug)

    def _settle(self, client: Client, slug: str) -> None:
        those = [one for one in self.histories if one.slug == slug]
        look = Look(those)
        found = client.ask("GET", f"/dataset/{slug}/data/", 200, limit=MOST)
        rows = _counted(found)
        look.whole(rows)
        words = client.ask("GET", f"/dataset/{slug}/data/", 200, q=COMMON, limit=MOST)
        if rows_of(words) != {*rows} or (found["row_count"] or 0) != len(rows):
            raise Unreal(f"{slug}: {len(rows)} rows, {words['meta']} by word, {found['row_count']} told")
        rounds = [one[1][ROUND] for one in rows]
        bounds = found["column_schema"][ROUND]
        if rounds and not bounds["min"] <= min(rounds) <= max(rounds) <= bounds["max"]:
            raise Unreal(f"{slug}: rounds from {min(rounds)} to {max(rounds)}, bounds are {bounds}")
        for one in those:
            one.settle(frozenset(row for row in rows if row[1][WRITER] == one.writer))
        wrong = out_of_order(itertools.chain.from_iterable(one.seen[slug] for one in self._readers))
        assert not wrong, "\n".join(wrong)
        for reader in self._readers:
            reader.seen[slug].clear()
