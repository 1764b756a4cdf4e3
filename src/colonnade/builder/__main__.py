"""`python -m colonnade.builder JOB.json PARENT`: the child process. The result goes to `result.json` in its scratch
folder; beyond some limits there is none, and the parent reads the exit code."""

import json
import sys
from pathlib import Path
from typing import Any

from colonnade.builder import limits, wire
from colonnade.builder.job import Limits


def main(job_file: str, parent: str) -> int:
    """Exit code 0: the result is the answer. 1: the result says why not."""
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    isolation = limits.apply(Limits(**job["limits"]), int(parent))
    from colonnade.builder import child  # noqa: PLC0415 - heavy: it must start inside the limits

    result: dict[str, Any] = child.attempt(job, isolation)
    Path(job["scratch"], wire.RESULT_FILE).write_text(json.dumps(result), encoding="utf-8")
    return 0 if "answer" in result else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
