#!/usr/bin/env python3
"""Write the benchmark table: ROWS rows x 12 typed columns of service requests, the same for the same seed.

usage: make_table.py ROWS OUT.csv [SEED]        (1,000,000 rows are about 150 MB)
"""

import csv
import datetime as dt
import random
import sys
from pathlib import Path

STATUS = ["open", "closed", "pending", "in progress", "unresolved"]
CATEGORY = [
    "noise",
    "pothole",
    "graffiti",
    "street light",
    "tree",
    "parking",
    "water leak",
    "trash",
    "illegal dumping",
    "animal",
    "snow",
    "signal",
]
WORDS = [
    "alpha",
    "bravo",
    "charlie",
    "delta",
    "echo",
    "foxtrot",
    "golf",
    "hotel",
    "india",
    "juliet",
    "kilo",
    "lima",
    "mike",
    "november",
    "oscar",
    "papa",
    "quebec",
    "romeo",
    "sierra",
    "tango",
    "uniform",
    "victor",
    "whiskey",
    "xray",
    "yankee",
    "zulu",
]
COLUMNS = [
    "id",
    "opened",
    "closed",
    "category",
    "status",
    "district",
    "lat",
    "lon",
    "amount",
    "description",
    "address",
    "agent",
]


def main(rows: int, path: str, seed: int = 1) -> None:
    rng = random.Random(seed)
    start = dt.date(2015, 1, 1)
    with Path(path).open("w", newline="", encoding="utf-8") as out:
        write = csv.writer(out)
        write.writerow(COLUMNS)
        for number in range(1, rows + 1):
            opened = start + dt.timedelta(days=rng.randrange(4000))
            closed = (opened + dt.timedelta(days=rng.randrange(60))).isoformat() if rng.random() < 0.8 else ""
            write.writerow(
                [
                    number,
                    opened.isoformat(),
                    closed,
                    rng.choice(CATEGORY),
                    rng.choice(STATUS),
                    rng.randrange(1, 40),
                    round(48.8 + rng.random() * 0.2, 6),
                    round(2.2 + rng.random() * 0.3, 6),
                    round(rng.random() * 1000, 2),
                    " ".join(rng.choices(WORDS, k=8)),
                    f"{rng.randrange(1, 999)} {rng.choice(WORDS)} street",
                    f"agent{rng.randrange(5000)}",
                ]
            )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1)
