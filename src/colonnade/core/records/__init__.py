"""Records: a dataset's rows as an actor may see and change them."""
