"""A dataset's latest job, in the words of Automation's status machine (section 3.1 of the reference)."""

from collections.abc import Iterable, Mapping
from typing import Any

from colonnade import errors
from colonnade.core.datasets.model import Dataset
from colonnade.core.jobs.model import Job, State
from colonnade.dialects.automation.rendering import moment

PUBLIC: Mapping[State, str] = {
    State.QUEUED: "queued",
    State.PROCESSING: "processing",
    State.ABORTING: "aborting_processing",
    State.DELETING: "deleting",
    State.DONE: "idle",
    State.ABORTED: "idle",
    State.FAILED: "error",
    State.LIMIT_REACHED: "limit_reached",
}
INTERNAL = "processing_all_dataset_data, processing_dataset, processing_resource_records"
"""What the original calls `processing` in this one text, which clients know."""


def rendered(dataset: Dataset, job: Job | None, report: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All eight keys of DatasetProcessingStatus. `report`: what the build of the rows that are there found out."""
    if job is None:
        return _status("idle", None, dataset, since=moment(dataset.created_at))
    state = State(job.state)
    return _status(
        PUBLIC[state],
        "idle" if job.previous is None else PUBLIC[State(job.previous)],
        dataset,
        since=moment(job.since),
        following={State.QUEUED: "processing", State.ABORTING: "idle"}.get(state),
        message=job.message,
        records_errors=job.records_errors,
        params=_params(state, job, report),
    )


def _params(state: State, job: Job, report: Mapping[str, Any] | None) -> dict[str, Any]:
    """The limit that was reached; after a success, what became of the columns, and why."""
    if "error" in job.params:
        return {"error": job.params["error"]}
    if state is not State.DONE or report is None or not report.get("columns"):
        return {}
    shown = {name: report.get(name) for name in ("rows", "columns", "notes")}
    # All of them: `records_errors` has only the first.
    return {"report": {**shown, "records_errors_count": report.get("row_error_count", 0)}}


def must_be_one_of(error: errors.PortalError) -> str:
    """The sample text of the reference, section 1.3; another message where the status is not what is wrong."""
    state, allowed = error.facts.get("state"), error.facts.get("allowed")
    if not isinstance(state, str) or not isinstance(allowed, Iterable):
        return f"Invalid precondition, {error.message[:1].lower()}{error.message[1:]}"
    names = dict.fromkeys(INTERNAL if one == State.PROCESSING else PUBLIC[State(one)] for one in allowed)
    return (
        f"Invalid precondition, dataset status is '{PUBLIC[State(state)]}' "
        f"but must be one of '{', '.join(names)}'"
    )


def _status(
    status: str,
    previous: str | None,
    dataset: Dataset,
    *,
    since: str,
    following: str | None = None,
    message: str | None = None,
    records_errors: list[Any] | None = None,
    params: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "status": status,
        "previous": previous,
        "next": following,
        "since": since,
        "is_published": dataset.is_published,
        "message": message,
        "records_errors": records_errors or [],
        "params": params or {},
    }
