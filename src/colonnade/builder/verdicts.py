"""Why a build stopped, as errors for people: what it ran into, or how its process ended."""

import signal

from colonnade.builder.job import Limits
from colonnade.errors import LimitReached, PortalError, Unavailable

_NO_THREAD_DATA = 127
"""What the C library exits with when there is no memory for a thread's own data."""


def too_much_memory(limits: Limits, file: str = "") -> LimitReached:
    """`file`: the name of the file that was being read, if one was."""
    value = limits.memory_bytes
    data = f"The file {file}" if file else "The data"
    message = (
        f"{data} needs more memory than this portal gives to one publication ({value:,} bytes for its rows)"
    )
    return LimitReached(message, limit_type="memory_bytes", limit=value, value=value)


def too_much_disk(limits: Limits, found: int | None = None) -> LimitReached:
    limit = limits.folder_bytes
    message = f"The data needs more disk than this portal gives to one publication ({limit:,} bytes)"
    return LimitReached(
        message, limit_type="folder_bytes", limit=limit, value=limit if found is None else found
    )


def too_much_cpu(limits: Limits) -> LimitReached:
    limit = limits.cpu_seconds
    message = (
        f"The data takes more processor time than this portal gives to one publication ({limit:,} seconds)"
    )
    return LimitReached(message, limit_type="cpu_seconds", limit=limit, value=limit)


def too_long(limits: Limits) -> LimitReached:
    limit = limits.wall_seconds
    message = f"The data takes longer than this portal gives to one publication ({limit:,} seconds)"
    return LimitReached(message, limit_type="wall_seconds", limit=limit, value=limit)


def memory_fault(text: str, limits: Limits, file: str = "") -> PortalError:
    """For an out-of-memory error; spilling to disk has its own bound."""
    return too_much_disk(limits) if "max_temp_directory_size" in text else too_much_memory(limits, file)


def disk_fault(text: str, limits: Limits) -> PortalError:
    if "File too large" in text:
        return too_much_disk(limits)
    if "(os error 11)" in text or "(os error 12)" in text:
        return too_much_memory(limits)  # the index could not start a thread or get memory
    if "No space left" in text:
        return Unavailable("There is no space left on the server's disk", code="build.disk")
    return Unavailable("A file could not be read or written while the data was processed", code="build.disk")


def ended(returncode: int, limits: Limits, file: str = "") -> PortalError:
    """For a process that ended without a result. Minus a signal, or 128 plus it as a shell says. `file`: what it was
    reading then."""
    number = -returncode if returncode < 0 else returncode - 128
    if number == signal.SIGXCPU:
        return too_much_cpu(limits)
    if number == signal.SIGXFSZ:
        return too_much_disk(limits)
    if number in (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS) or returncode == _NO_THREAD_DATA:
        # Tantivy, and DuckDB where it cannot raise, abort when the address space is used up.
        return too_much_memory(limits, file)
    if number == signal.SIGKILL:
        return Unavailable(
            "The process that prepared the data was killed, by the system or an operator", code="build.killed"
        )
    what = f"read the file {file}" if file else "prepared the data"
    return Unavailable(f"The process that {what} ended unexpectedly", code="build.crashed")
