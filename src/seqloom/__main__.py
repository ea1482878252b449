"""`python -m seqloom`, the same as `seqloom`."""

from .cli import main

main()
