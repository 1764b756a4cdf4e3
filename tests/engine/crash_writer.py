"""A process that writes until it is killed: `python -m tests.engine.crash_writer SETUP FOLDER`.

Every write puts all keys anew and deletes one of them, in turns; after each it prints the counter, which the parent
takes as the acknowledgement.
"""

import sys
from pathlib import Path

from tests.engine.support import AT, REF, SCHEMA, SETUPS, Sizes, put

from colonnade.engine.port import Delete

KEYS = 500


def main() -> None:
    name, folder = sys.argv[1:]
    engine = SETUPS[name].open(Path(folder), Sizes())
    number = engine.mark(REF).counter
    while True:
        number += 1
        if number % 2:
            rows = ({"_key": f"k{at}", "size": number, "name": "x" * 200} for at in range(KEYS))
            mark = put(engine, *rows).mark
        else:
            mark = engine.write(REF, SCHEMA, Delete(keys=["k0"]), AT).mark
        print(mark.counter, flush=True)


if __name__ == "__main__":
    main()
