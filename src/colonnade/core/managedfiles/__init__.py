"""Files with a number and a public address: those that nodes have, and those that are on other servers."""
