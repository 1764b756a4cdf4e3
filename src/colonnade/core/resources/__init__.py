"""Resources: where a dataset's rows come from, and the files that publishers uploaded for them."""
