"""Colonnade: one hall of data behind many doors."""

__version__ = "0.1.0"
