"""Full text over rows: the port and Tantivy behind it. An index is derived: it can always be made anew from rows."""
