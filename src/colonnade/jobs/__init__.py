"""Running jobs so that they survive a crash: the port, and DBOS behind it."""
