"""Searches that are asked again every night for the person who left them here."""
