"""The published datasets as a table that is queried like any other."""
