"""Opendatasoft's Automation API 1.0: datasets as publishers keep them."""
