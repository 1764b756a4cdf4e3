"""Tables of rows and their generations: which one counts now, how it is written, swapped, kept and restored."""
