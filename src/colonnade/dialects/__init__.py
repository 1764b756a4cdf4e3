"""The doors. Each parses, calls one use case of the core, renders; none knows another."""
