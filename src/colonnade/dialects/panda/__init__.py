"""PANDA 1.x: the library of a newsroom."""
