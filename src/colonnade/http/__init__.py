"""What all doors share of HTTP: work for a request, keys, errors, paths, answers."""
