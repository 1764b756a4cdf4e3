"""`python -m colonnade` is the command `colonnade`."""

import gc


def start() -> None:
    """Run the command. What it imports is there until its end: looking for garbage among it would take a fifth of a
    start, and a tenth of a second now and then from somebody who waits for an answer."""
    gc.disable()
    from colonnade.cli.main import main  # noqa: PLC0415 - it is what takes long

    gc.freeze()
    gc.enable()
    main()


if __name__ == "__main__":
    start()
