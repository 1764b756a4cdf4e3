"""The one way out: a client that checks every address that it connects to, and bounds bytes and time."""
