"""Where things came from: the ledger of what is brought in from other portals."""
