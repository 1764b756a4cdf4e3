"""Letters: written inside a piece of work, sent after it."""
