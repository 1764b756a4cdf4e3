"""A portal in a process of its own, with people at work on it: rows are written live without pause, and a dataset is
published again and again. `python -m tests.upkeep.serving DATA LOG`; a line `KEY VALUE` of the log is a write that was
acknowledged. It goes on until it is killed."""

import itertools
import sys
import threading
import time
from pathlib import Path
from typing import IO

from tests.support.house import House, opened
from tests.upkeep.support import LiveDataset, csv, live_dataset

from colonnade.core.work import Actor

KEYS = 5


def main(data: Path, log: IO[str]) -> None:
    with opened(data) as house:
        portal, actor = house.running.portal, house.actor(house.admin)
        datasets = [live_dataset(portal, actor, f"busy{number}") for number in range(2)]
        made = house.published(csv(2000), dataset_id="often")
        for dataset in datasets:
            threading.Thread(target=_write, args=(house, actor, dataset, log), daemon=True).start()
        for number in itertools.count():
            if number < 6:
                house.add_csv(made["uid"], csv(100, f"again{number}"), name=f"{number}.csv")
            house.publish(made["uid"])
            time.sleep(1)


def _write(house: House, actor: Actor, dataset: LiveDataset, log: IO[str]) -> None:
    """Each key's value grows, and each write also adds a row that stays."""
    for number in itertools.count(1):
        key = f"k{number % KEYS}"
        rows = [(key, f"word{number}", number), (f"n{number}", "new", number)]
        dataset.write(house.running.portal, actor, rows)
        log.write(f"{dataset.slug} {number}\n")
        log.flush()
        time.sleep(0.02)


if __name__ == "__main__":
    with Path(sys.argv[2]).open("a", encoding="utf-8") as out:
        main(Path(sys.argv[1]), out)
