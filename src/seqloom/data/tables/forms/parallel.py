"""Two aligned files of text, as Moses and OpenNMT have them: line by line source and target.

Checked by `tests/data/tables/forms/test_parallel.py`.
"""

from collections.abc import Iterator

from ....errors import DataError
from ..table import Row, TablePart
from ..text_file import lines_of


def parallel(source: str, target: str) -> TablePart:
    """The lines of two files as pairs; lines that are blank in one are empty cells.

    Raises:
        DataError: While they are read: one has more lines than the other.
    """

    def read() -> Iterator[Row]:
        ours, theirs = enumerate(lines_of(source), 1), enumerate(lines_of(target), 1)
        count = 0
        while True:
            one, other = next(ours, None), next(theirs, None)
            if one is None or other is None:
                break
            count = one[0]
            cells = [one[1].strip(), other[1].strip()]
            if any(cells):
                yield count, cells
        if one is None and other is None:
            return
        more = count + 1 + sum(1 for _ in (theirs if one is None else ours))
        counts = (count, more) if one is None else (more, count)
        raise DataError(
            f"{source} has {counts[0]:,} lines and {target} has {counts[1]:,}: aligned files have "
            "equally many. Give the two files of one corpus."
        )

    return TablePart(f"{source} and {target}", "parallel", ("source", "target"), read)
