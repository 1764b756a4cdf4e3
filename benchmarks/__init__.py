"""Side-by-side measurements: Colonnade beside the raw engines, and Datasette, doing the same work in the same run. Ratios, because
machines differ and are noisy; nothing here asserts a time."""
