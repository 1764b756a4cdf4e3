"""`python -m colonnade` is the command `colonnade`."""

from colonnade.cli.main import main

main()
