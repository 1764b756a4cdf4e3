"""What import-linter cannot say: a store belongs to the folder that it stands in."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import grimp
from tests.architecture.support import ROOT


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("colonnade", cache_dir=None)


def _stores() -> list[str]:
    return sorted(
        module
        for module in _graph().modules
        if module.startswith("colonnade.core.") and module.rpartition(".")[2] == "store"
    )


def test_a_store_is_imported_only_from_its_own_folder() -> None:
    strangers = {
        (importer, store)
        for store in _stores()
        for importer in _graph().find_modules_that_directly_import(store)
        if not importer.startswith(store.rpartition(".")[0])
    }
    assert strangers == set()


def test_there_are_stores_to_look_at() -> None:
    assert _stores() != []


def test_the_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
