"""Opendatasoft's Search API 1.0, older than Explore: datasets and records for widgets and scripts of its time."""
