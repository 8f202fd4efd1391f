"""`deflask` and `python -m deflask`."""

import gc

from deflask.cli import main


def start() -> None:
    """Run the command line, and leave all that it has made to the system: looking through it would take long."""
    try:
        main()
    finally:
        gc.freeze()


if __name__ == "__main__":
    start()
