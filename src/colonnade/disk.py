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


def link_files(source: Path, target: Path) -> None:
    """`link_or_copy` each file of a folder into another one, which is made; nothing if there is no such folder."""
    if not source.is_dir():
        return
    target.mkdir(exist_ok=True)
    for path in source.iterdir():
        if not (target / path.name).exists():
            link_or_copy(path, target / path.name)


def share(old: Path, new: Path) -> None:
    """Let the files of the folder `new` that also stand in `old`, by names that tell their content, take their room on
    the disk only once. Nothing if one of the folders is not there."""
    if not (old.is_dir() and new.is_dir()):
        return
    spare = new / "sharing"
    for path in list(new.iterdir()):
        try:
            spare.hardlink_to(old / path.name)
        except OSError:  # not there, another disk, or a file system without links
            continue
        spare.replace(path)
        spare.unlink(missing_ok=True)  # two names of one file: nothing was replaced


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
