"""Uploaded data files that wait to be imported into a dataset, or were: what they hold, and whose rows they are."""
