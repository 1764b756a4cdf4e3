"""Nodes: a number for everything, revisions, and which resources are of which datasets."""
