"""`python -m seqloom`, the same as `seqloom`."""

from .cli import main

if __name__ == "__main__":
    main()
