"""Dictionaries of pronunciation, in the forms of the programs that use them.

    word TAB [4 numbers or 1 TAB] p h o n e s      MFA, whose columns have tabs between them
    WORD  P H O N E S                              CMUdict: `WORD(2)` or `word(2)` for variants,
                                                   `;;;` before and ` #` behind begin comments
    word p h o n e s                               lexicon.txt of Kaldi and sherpa-onnx
    word 0.5 p h o n e s                           lexiconp.txt of Kaldi
    {"word": "phones", "live": {"DEFAULT": "...", "VERB": "..."}}     misaki

MFA's numbers are the probability of the pronunciation, that of silence behind it, and two factors
for silence and none before it.

Source: MFA's user guide, "Pronunciation dictionary format"; the notes of CMUdict 0.7; Kaldi's "Data
preparation"; `misaki/en.py`. Checked by `tests/data/tables/forms/test_dictionaries.py`.
"""

import json
import re
from collections.abc import Iterator

from ....errors import DataError
from ..delimited import DELIMITERS, delimiter_of
from ..json_rows import json_object
from ..table import Row, TablePart
from ..text_file import numbered_lines, read_text
from .form import LOOKED_AT, Form, Glimpse

_VOWELS = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW"
_CONSONANTS = "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH"
ARPABET = frozenset(
    [*_CONSONANTS.split(), *(v + stress for v in _VOWELS.split() for stress in ("", *"012"))]
)
MFA_NUMBERS = ("probability", "silence_after", "silence_before", "no_silence_before")
_PROBABILITY = re.compile(r"0?\.\d+|1\.0+|0\.0+|1")
_NUMBER = re.compile(r"\d*\.?\d+(e-?\d+)?")
VARIANT = re.compile(r"(?P<word>.+)\(\d+\)")
LEAST_WORDS = 20  # of a JSON file that holds texts by word and nothing that only misaki writes


def is_mfa(glimpse: Glimpse) -> bool:
    """Whether a file is a dictionary of MFA with probabilities, or is named as one and has tabs."""
    lines = [line.rstrip().split("\t") for line in glimpse.lines[:LOOKED_AT]]
    if not all(len(cells) in (2, 3, 6) for cells in lines):
        return False
    if not all(_has_probability(cells) for cells in lines if len(cells) > 2):
        return False
    if glimpse.plain.endswith(".dict"):
        return True
    words = all(" " not in cells[0].strip() for cells in lines)
    spaced = sum(" " in cells[-1].strip() for cells in lines)
    return words and 2 * spaced >= len(lines) and any(len(cells) > 2 for cells in lines)


def _has_probability(cells: list[str]) -> bool:
    return bool(_PROBABILITY.fullmatch(cells[1].strip())) and all(
        _NUMBER.fullmatch(cell.strip()) for cell in cells[1:-1]
    )


def read_mfa(name: str) -> TablePart:
    """A dictionary of MFA; rows without numbers have empty ones.

    Raises:
        DataError: While it is read: a line has no tab, or other columns.
    """

    def read() -> Iterator[Row]:
        for number, line in numbered_lines(name):
            cells = [cell.strip() for cell in line.strip().split("\t")]
            if len(cells) not in (2, 3, 6):
                raise DataError(
                    f"{name}, line {number}: a dictionary of MFA has 2, 3 or 6 columns with tabs "
                    f"between them, got {len(cells)}. Correct the line"
                    f"{', or give --form lexicon for blanks' if len(cells) == 1 else ''}."
                )
            if not all(map(_NUMBER.fullmatch, cells[1:-1])):
                raise DataError(
                    f"{name}, line {number}: the columns between word and pronunciation must be "
                    f"numbers, got {cells[1][:40]!r}. Correct the line."
                )
            numbers: list[object] = [float(cell) for cell in cells[1:-1]]
            yield number, [cells[0], *numbers, *[None] * (4 - len(numbers)), _phones(cells[-1])]

    return TablePart(name, "mfa", ("word", *MFA_NUMBERS, "pronunciation"), read)


def is_cmudict(glimpse: Glimpse) -> bool:
    """Whether every line is a comment, or a word and phones of ARPAbet with blanks between them."""
    entries = [line for line in glimpse.lines[:LOOKED_AT] if not line.startswith(";;;")]
    cells = any(all(delimiter in line for line in entries) for delimiter in DELIMITERS)
    return len(entries) > 1 and not cells and all(map(_is_entry, entries))


def _is_entry(line: str) -> bool:
    _, *phones = line.partition(" #")[0].split(" ")
    found = [phone for phone in phones if phone]
    return bool(found) and "\t" not in line and ARPABET.issuperset(found)


def read_cmudict(name: str) -> TablePart:
    """A dictionary in the form of CMUdict; `word(2)` is the word again.

    Raises:
        DataError: While it is read: a line has a word alone.
    """

    def read() -> Iterator[Row]:
        for number, line in numbered_lines(name):
            if line.startswith(";;;"):
                continue
            entry = line.strip() if line.lstrip().startswith("#") else line.partition(" #")[0]
            word, phones = _word_and_rest(name, number, entry)
            variant = VARIANT.fullmatch(word)
            yield number, [variant["word"] if variant else word, phones]

    return TablePart(name, "cmudict", ("word", "pronunciation"), read)


def is_lexicon(glimpse: Glimpse) -> bool:
    """Whether the name is that of a lexicon, and no line is a word alone or cells of a table."""
    name, lines = glimpse.plain, glimpse.lines[:LOOKED_AT]
    telling = name.startswith("lexicon") and name.endswith(".txt")
    return (
        (telling or name.endswith((".lexicon", ".dict")))
        and all(len(line.split()) > 1 for line in lines)
        and lines[0][:1] not in "[{"
        and delimiter_of(lines, name) is None
    )


def read_lexicon(name: str) -> TablePart:
    """A lexicon: a word, white space, phones with blanks between them.

    Raises:
        DataError: While it is read: a line has a word alone, or in a `lexiconp` no probability.
    """
    weighted = Glimpse(name).plain.startswith("lexiconp")

    def read() -> Iterator[Row]:
        for number, line in numbered_lines(name):
            word, phones = _word_and_rest(name, number, line)
            if not weighted:
                yield number, [word, phones]
                continue
            probability, phones = _word_and_rest(name, number, phones)
            if not _NUMBER.fullmatch(probability):
                raise DataError(
                    f"{name}, line {number}: a lexiconp has a probability behind the word, got "
                    f"{probability[:40]!r}. Correct the line, or rename the file lexicon.txt."
                )
            yield number, [word, float(probability), phones]

    names = ("word", "probability", "pronunciation") if weighted else ("word", "pronunciation")
    return TablePart(name, "lexicon", names, read)


def _word_and_rest(name: str, number: int, line: str) -> tuple[str, str]:
    word, _, rest = line.strip().replace("\t", " ").partition(" ")
    if not rest.strip():
        raise DataError(
            f"{name}, line {number}: {word[:40]!r} has no pronunciation. Write the word, a blank, "
            "and phones with blanks between them, or delete the line."
        )
    return word, _phones(rest)


def _phones(text: str) -> str:
    return " ".join(text.split())


def is_misaki(glimpse: Glimpse) -> bool:
    """Whether a file is a JSON object of texts by word, or of texts by part of speech by word."""
    if not glimpse.plain.endswith(".json") or not glimpse.lines[0].lstrip().startswith("{"):
        return False
    if len(glimpse.lines) > 1 and json_object(glimpse.lines[0]) is not None:
        return False  # JSON lines, which may be too many to read whole
    try:
        found = json.loads(read_text(glimpse.name))
    except (ValueError, RecursionError):
        return False
    if not isinstance(found, dict) or not all(map(_is_value, found.values())):
        return False
    return len(found) >= LEAST_WORDS or any(isinstance(v, dict) for v in found.values())


def _is_value(value: object) -> bool:
    if isinstance(value, dict):
        texts = all(text is None or isinstance(text, str) for text in value.values())
        return "DEFAULT" in value and texts
    return isinstance(value, str)


def read_misaki(name: str) -> TablePart:
    """A dictionary of misaki; a word that has one pronunciation is `DEFAULT`, as misaki says.

    Raises:
        DataError: It is no JSON, or a value is neither text nor texts by part of speech.
    """
    try:
        found = json.loads(read_text(name))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{name}: this is not JSON: {error}. Correct it.") from None
    rows: list[Row] = []
    for number, (word, value) in enumerate(found.items() if isinstance(found, dict) else (), 1):
        if not _is_value(value):
            raise DataError(
                f"{name}, entry {number}: {word[:40]!r} must have a pronunciation, or "
                '{"DEFAULT": pronunciation, "VERB": ...}, got ' + f"{str(value)[:40]}. Correct it."
            )
        by_tag = value if isinstance(value, dict) else {"DEFAULT": value}
        rows += [(number, [word, tag, said]) for tag, said in by_tag.items() if said]
    if not rows:
        raise DataError(f"{name}: there are no words in it. Name another.")
    names = ("word", "pos", "pronunciation")
    return TablePart(name, "misaki", names, lambda: iter(rows), unit="entry")


MFA = Form(
    "mfa",
    "a dictionary of MFA",
    "words without blanks, 1 or 4 numbers, phones with blanks between them, in columns with tabs; "
    "or tabs in a file named `*.dict`",
    "transduce",
    ("word", *MFA_NUMBERS, "pronunciation"),
    is_mfa,
    read_mfa,
    roles=(("weight", "probability"),),
)
CMUDICT = Form(
    "cmudict",
    "a dictionary like CMUdict",
    "each line a comment (`;;;`), or a word and phones of ARPAbet with blanks between them",
    "transduce",
    ("word", "pronunciation"),
    is_cmudict,
    read_cmudict,
)
LEXICON = Form(
    "lexicon",
    "a lexicon",
    "word and phones with blanks between them in a file named `lexicon*.txt`, `*.lexicon` or "
    "`*.dict`; `lexiconp*.txt` has a probability behind the word",
    "transduce",
    ("word", "pronunciation"),
    is_lexicon,
    read_lexicon,
)
MISAKI = Form(
    "misaki",
    "a dictionary of misaki",
    f'a `.json` file with a text by word ({LEAST_WORDS} or more), or `{{"DEFAULT": ...}}` by word',
    "transduce",
    ("word", "pos", "pronunciation"),
    is_misaki,
    read_misaki,
)
