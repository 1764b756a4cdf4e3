"""Datasets described in neutral terms, and the documents that others read about them: DCAT, data.json, RSS, Atom."""
