"""Everything at once over many datasets: nothing breaks, no write is lost, nobody waits for ever."""

import random
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.core.support import (
    ADMIN,
    ask,
    dataset,
    drop,
    listed,
    names,
    opened,
    person,
    publication,
    put,
    rule,
    source,
    withdrawal,
)

from colonnade.core.work import ANONYMOUS, Portal
from colonnade.errors import Conflict, NotFound, PortalError

SECONDS = 3.0
DATASETS = 4


class Crew:
    """Threads that repeat what they do until the time is over; what they did not expect is kept."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._threads: list[threading.Thread] = []
        self.problems: list[str] = []
        self.done: dict[str, int] = {}

    def repeat(self, name: str, action: Callable[[], object], *allowed: type[PortalError]) -> None:
        self.done[name] = 0

        def run() -> None:
            while time.monotonic() < self._until and not self.problems:
                try:
                    action()
                except allowed:
                    continue
                except BaseException as error:  # noqa: BLE001 - told by the test
                    self.problems.append(f"{name}: {error!r}")
                self.done[name] += 1

        self._threads.append(threading.Thread(target=run, name=name))

    def work(self) -> None:
        for one in self._threads:
            one.start()
        for one in self._threads:
            one.join(60)
        self.problems += [f"{one.name} never came back" for one in self._threads if one.is_alive()]


def _made(portal: Portal) -> list[tuple[str, str]]:
    made = []
    for n in range(DATASETS):
        uid = dataset(portal)
        source(portal, uid, f"name,size\nfile{n},1\n")
        owned = source(portal, uid)
        assert publication(portal, uid).run() == "done"
        made.append((uid, owned))
    return made


def test_readers_writers_publishers_and_listers_together(tmp_path: Path) -> None:
    with opened(tmp_path, keep_generations=1) as portal:
        made = _made(portal)
        crew = Crew(SECONDS)
        expected: dict[str, set[str]] = {uid: set() for uid, _ in made}

        def write(uid: str, owned: str, chance: random.Random) -> None:
            known = expected[uid]
            word = f"w{chance.randrange(10**9)}"
            put(portal, uid, owned, {"key": word, "name": word}, {"key": word + "b", "name": word + "b"})
            known.update({word, word + "b"})
            # Somebody else may be publishing or have published: one's own write is there all the same.
            found = set(names(portal, uid, where=f"'{word}'"))
            assert found == {word}, found
            if chance.random() < 0.3:
                assert drop(portal, uid, owned, word) == 1
                known.discard(word)
                assert names(portal, uid, where=f"'{word}'") == []

        def read(uid: str) -> None:
            page = ask(portal, uid)
            assert page.total == page.table.num_rows
            assert page.table.column("name").to_pylist().count("w0") == 0
            assert sum(name.startswith("file") for name in page.table.column("name").to_pylist()) == 1

        def publish(uid: str) -> None:
            assert publication(portal, uid).run() == "done"

        def look() -> None:
            assert len(listed(portal, ANONYMOUS)) == DATASETS
            assert len(listed(portal, where="records_count >= 1")) == DATASETS

        def change_people() -> None:
            rule(portal, made[0][0], person(portal), visible_fields=["name"])

        for n, (uid, owned) in enumerate(made):
            crew.repeat(f"writer {n}", partial(write, uid, owned, random.Random(n)))
            crew.repeat(f"reader {n}", partial(read, uid))
        for n in range(2):
            crew.repeat(f"publisher {n}", partial(publish, made[n][0]))
            crew.repeat(f"lister {n}", look)
        crew.repeat("people", change_people)
        crew.work()
        print(f"\n{crew.done}")
        assert crew.problems == []
        assert all(crew.done.values())
        for n, (uid, _) in enumerate(made):
            assert set(names(portal, uid)) == {f"file{n}", *expected[uid]}
            assert set(names(portal, uid, where="'w*'")) == expected[uid]


def test_publishing_and_withdrawing_one_dataset_under_its_readers_and_writers(tmp_path: Path) -> None:
    with opened(tmp_path, keep_generations=1) as portal:
        ((uid, owned), *_) = _made(portal)
        crew = Crew(SECONDS / 2)
        kept: list[str] = []

        def write() -> None:
            word = f"w{len(kept)}"
            put(portal, uid, owned, {"key": word, "name": word})
            kept.append(word)

        def turn() -> None:
            assert withdrawal(portal, uid).run() == "done"
            assert publication(portal, uid).run() == "done"

        crew.repeat("writer", write, Conflict)
        crew.repeat("turner", turn)
        for n in range(2):
            crew.repeat(f"reader {n}", lambda: names(portal, uid), NotFound)
        crew.repeat("lister", lambda: listed(portal, ADMIN))
        crew.work()
        assert crew.problems == []
        assert sorted(names(portal, uid)) == sorted(["file0", *kept])
