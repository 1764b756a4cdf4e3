"""Stored blobs: uploaded files and attachments, by the SHA-256 of their content."""
