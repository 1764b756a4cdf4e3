"""Jobs in the process of a command, when no server runs that could do them. Not durable: what is cut off is begun anew
by the next server."""

import threading
from collections.abc import Sequence

from colonnade.errors import PortalError, Unavailable
from colonnade.jobs.port import Plan


class HereRunner:
    """Runs each job in a thread of its own."""

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._plans = {plan.kind: plan for plan in plans}
        self._threads: dict[str, threading.Thread] = {}

    def send(self, kind: str, job: str) -> None:
        thread = threading.Thread(target=_run, args=(self._plans[kind], job), name=f"job {job}")
        self._threads[job] = thread
        thread.start()

    def close(self) -> None:
        """Wait until every job has ended."""
        for thread in self._threads.values():
            thread.join()


def _run(plan: Plan, job: str) -> None:
    done: dict[str, object] = {}
    try:
        for step in plan.steps:
            done[step.name] = step.run(job, done)
    except PortalError as problem:
        plan.failed(job, problem)
    except BaseException:
        plan.failed(job, Unavailable("The portal made a mistake here.", code="job.broken"))
        raise
    finally:
        plan.ended(job)
