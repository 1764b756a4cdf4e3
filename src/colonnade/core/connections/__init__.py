"""Connections: where on the network data is fetched from, and with what credentials."""
