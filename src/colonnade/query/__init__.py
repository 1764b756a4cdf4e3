"""The one query tree: what it may name (schema), what it says (tree), and the parsers that make it. Pure."""
