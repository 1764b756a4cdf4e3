"""Opendatasoft's Explore API 2.1: what is published, read."""
