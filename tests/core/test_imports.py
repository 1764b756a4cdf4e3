"""Uploaded data files and their imports: rows that are added, and go again with their file or their failure."""

import pytest
from tests.core.importing import PERMITS, an_import, cells, imported, sent, shared, uploaded
from tests.core.support import person

from colonnade.core.columns import service as columns
from colonnade.core.datasets import service as datasets
from colonnade.core.imports import service as imports
from colonnade.core.publishing import importing, tasks
from colonnade.core.work import Actor, Portal


@pytest.fixture(scope="module")
def ada(portal: Portal) -> Actor:
    return person(portal)


def test_a_first_import_brings_the_columns_with_guessed_types(portal: Portal, ada: Actor) -> None:
    uid = shared(portal, ada)
    file = uploaded(portal, ada, dataset=uid)
    assert imported(portal, ada, uid, file) == "done"
    assert cells(portal, ada, uid) == [["1", "Marlin", "20.5"], ["2", "Petrel", "18"]]
    with portal.reading(ada) as work:
        found = columns.summary(work, datasets.readable(work, uid))
        assert found.columns is not None
        assert [(one.name, one.type, one.is_indexed) for one in found.columns] == [
            ("permit", "int", False),
            ("vessel", "unicode", False),
            ("fee", "float", False),
        ]
        assert found.row_count == 2
        assert imports.one(work, file.id).is_imported
