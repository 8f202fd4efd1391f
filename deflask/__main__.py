"""`python -m deflask`."""

from deflask.cli import main

if __name__ == "__main__":
    main()
