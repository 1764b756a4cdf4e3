"""Small things about files that several floors need."""

import os
import shutil
from pathlib import Path


def link_or_copy(source: Path, target: Path) -> None:
    """For files that are never written to again: one more name where the file system can, else a copy."""
    try:
        target.hardlink_to(source)
    except OSError:  # another disk, or a file system without links
        shutil.copyfile(source, target)


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
