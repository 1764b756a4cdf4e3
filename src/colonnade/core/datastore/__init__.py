"""Files of resources as tables of their own, which are asked row by row; and what other doors see of those files."""
