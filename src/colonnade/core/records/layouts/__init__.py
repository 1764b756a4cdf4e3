"""How the rows of an answer are laid out in each format: pure functions of a bound query."""
