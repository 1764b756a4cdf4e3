"""Writers of file formats: rows that arrive in batches become bytes."""
