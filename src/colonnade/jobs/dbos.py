"""Jobs as DBOS workflows: durable in a SQLite file of their own, resumed after a crash at the step that was cut off.

DBOS keeps one instance and one registry a process, so this module does too: `DbosRunner` owns them while it lives.
"""

import contextvars
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions, SetWorkflowID, error
from sqlalchemy.exc import SQLAlchemyError

from colonnade.errors import PortalError, Unavailable
from colonnade.jobs.port import Plan, Step

log = logging.getLogger(__name__)

# DBOS resumes only workflows of the same application version, and by default that is a hash of the source: after an
# upgrade it would leave interrupted jobs lying. Steps are safe to repeat, so all versions are one.
APPLICATION_VERSION = "1"

WORKFLOW = "run_job"
SENT_QUEUE = "sent"
"""Jobs that a command sent. One at a time: they are checks and backups of everything."""

WAIT_SECONDS = 0.05
"""How often who waits for a job looks whether it is over."""

LISTEN_SECONDS = 0.05
"""How long DBOS's listener for messages between workflows sleeps at a time. There are none, so a look costs nothing; but
the end of a portal waits for the end of that sleep."""

UNFINISHED = frozenset({"PENDING", "ENQUEUED", "DELAYED"})

_plans: dict[str, Plan] = {}


class DbosRunner:
    """Runs plans in a bounded pool of threads. `workers`: how many jobs at once."""

    def __init__(self, database: Path, plans: Sequence[Plan], *, workers: int) -> None:
        _plans.clear()
        _plans.update((plan.kind, plan) for plan in plans)
        config: DBOSConfig = {
            "name": "colonnade",
            "system_database_url": f"sqlite:///{database}",
            "application_version": APPLICATION_VERSION,
            "executor_id": "local",
            "max_executor_threads": workers,
            "notification_listener_polling_interval_sec": LISTEN_SECONDS,
            "log_level": "WARNING",
        }
        DBOS(config=config)
        DBOS.launch()
        # Polled once a second, which costs about 0.3 % of a processor.
        DBOS.register_queue(SENT_QUEUE, worker_concurrency=1)

    def start(self, kind: str, job: str) -> None:
        # In a context of its own: a step of another job may start this one, and DBOS has no workflows begun by steps.
        contextvars.Context().run(_start, kind, job)

    def is_known(self, job: str) -> bool:
        return DBOS.get_workflow_status(job) is not None

    def is_over(self, job: str) -> bool:
        status = DBOS.get_workflow_status(job)
        return status is not None and status.status not in UNFINISHED

    def wait(self, job: str) -> None:
        DBOS.retrieve_workflow(job).get_result(polling_interval_sec=WAIT_SECONDS)

    def close(self) -> None:
        DBOS.destroy()
        _plans.clear()


class DbosSender:
    """Hands jobs from a command to the server that runs on the same file; they begin within about a second."""

    def __init__(self, database: Path) -> None:
        """Raises `Unavailable` when no server ever ran here."""
        if not database.exists():
            raise Unavailable("Another command is using this folder, and no server.", code="jobs.none")
        self._client = DBOSClient(system_database_url=f"sqlite:///{database}")

    def send(self, kind: str, job: str) -> None:
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": SENT_QUEUE,
            "workflow_id": job,
            "app_version": APPLICATION_VERSION,
        }
        try:
            self._client.enqueue(options, kind, job)
        except SQLAlchemyError as problem:
            raise Unavailable("The server's jobs cannot be reached.", code="jobs.unreachable") from problem

    def close(self) -> None:
        self._client.destroy()


def _start(kind: str, job: str) -> None:
    if DBOS.get_workflow_status(job) is None:
        with SetWorkflowID(job):
            DBOS.start_workflow(_run, kind, job)


@DBOS.workflow(name=WORKFLOW)
def _run(kind: str, job: str) -> None:
    plan = _plans[kind]
    done: dict[str, Any] = {}
    try:
        for step in plan.steps:
            done[step.name] = DBOS.run_step({"name": step.name}, _step, step, job, dict(done))
    except PortalError as problem:
        DBOS.run_step({"name": "failed"}, plan.failed, job, problem)
    except error.DBOSException:
        raise  # DBOS's own: the workflow was cancelled, or goes on elsewhere.
    except Exception:  # the edge of a job, as http/edge.py is of a request
        log.exception("job %s (%s) broke", job, kind)
        broken = Unavailable("The portal made a mistake here; its log says more.", code="job.broken")
        DBOS.run_step({"name": "failed"}, plan.failed, job, broken)
    DBOS.run_step({"name": "ended"}, plan.ended, job)


def _step(step: Step, job: str, done: dict[str, Any]) -> Any:
    return step.run(job, done)
