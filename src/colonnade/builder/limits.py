"""The bounds that the child process puts on itself, before it imports anything heavy.

They bind an administrator's process too. What a machine refuses is left out and said in the manifest.
"""

import ctypes
import os
import resource
import signal
import sys
from typing import Any

from colonnade.builder.job import Limits

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_NICENESS = 10
_CPU_GRACE_SECONDS = 10


def apply(limits: Limits, parent: int) -> dict[str, Any]:
    """Bound this process and return what holds. `parent`: the process to die with; raises `SystemExit` if it is gone.

    Must be called while there is one thread.
    """
    held: dict[str, Any] = {"dies_with_parent": _dies_with(parent), "network": _leave_network()}
    cpu = limits.cpu_seconds
    for name, kind, soft, hard in (
        ("address_space_bytes", resource.RLIMIT_AS, limits.address_space_bytes, limits.address_space_bytes),
        ("cpu_seconds", resource.RLIMIT_CPU, cpu, cpu + _CPU_GRACE_SECONDS),
        ("file_bytes", resource.RLIMIT_FSIZE, limits.folder_bytes, limits.folder_bytes),
        ("core_bytes", resource.RLIMIT_CORE, 0, 0),
    ):
        held[name] = _bounded(kind, soft, hard)
    held["niceness"] = os.nice(_NICENESS)
    return held


def _bounded(kind: int, soft: int, hard: int) -> int | None:
    """Set a resource limit, no higher than the one that is there. None if the system refuses."""
    _, highest = resource.getrlimit(kind)
    if highest != resource.RLIM_INFINITY:
        soft, hard = min(soft, highest), min(hard, highest)
    try:
        resource.setrlimit(kind, (soft, hard))
    except (OSError, ValueError):
        return None
    return soft


def _dies_with(parent: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    is_set: bool = ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0
    if os.getppid() != parent:
        sys.exit("The parent died before its builder had begun.")
    return is_set


def _leave_network() -> str:
    """Move into a network of its own, that leads nowhere; as an ordinary user inside a user namespace."""
    if not sys.platform.startswith("linux"):
        return "shared: this system has no network namespaces"
    unshare = ctypes.CDLL(None, use_errno=True).unshare
    for flags, how in ((_CLONE_NEWNET, "own"), (_CLONE_NEWUSER | _CLONE_NEWNET, "own, in a user namespace")):
        if unshare(flags) == 0:
            return how
    return f"shared: {os.strerror(ctypes.get_errno())}"
