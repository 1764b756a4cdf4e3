"""Headers of every answer of the portal's pages."""

from collections.abc import Mapping

SECURITY: Mapping[str, str] = {
    # No script, and nothing from elsewhere: descriptions and cells are written by others.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
