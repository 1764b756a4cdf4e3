"""The portal's own pages: what is published, to look at in a browser. HTML from the server, no script."""
