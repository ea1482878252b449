"""A sample output: what a validation shows beside its numbers.

Checked by `tests/training/test_samples.py`.
"""

from dataclasses import dataclass

from ..plain import printable

INPUT, OUTPUT = 28, 36  # most characters that a line shows of each
MARK = "..."


@dataclass(frozen=True)
class SampleOutput:
    """One input of the validation data and what the network makes of it.

    Attributes:
        input: The input, or its name.
        output: The output.
        reference: What it should be; empty if there is no such thing.
    """

    input: str
    output: str
    reference: str = ""

    def __str__(self) -> str:
        """A line: the reference stands in it where it differs."""
        line = f"  {_cut(self.input, INPUT)} -> {_cut(self.output, OUTPUT)}"
        if self.reference in ("", self.output):
            return line
        return f"{line}  (reference: {_cut(self.reference, OUTPUT)})"

    def to_list(self) -> list[str]:
        """Its texts, for the log."""
        return [self.input, self.output, self.reference]


def _cut(text: str, most: int) -> str:
    """The beginning of a text on one line."""
    line = printable(text)
    return line if len(line) <= most else line[: most - len(MARK)] + MARK
