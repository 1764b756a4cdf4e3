"""People, groups and API keys; how a key becomes an actor."""
