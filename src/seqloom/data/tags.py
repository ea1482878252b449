"""Features of a source as tags: `V;PST` behind the text, separated from it by a tab.

A source of a model with features is one text, `walk TAB V;PST`, wherever it goes; a vocabulary
knows tags and symbols apart. Checked by `tests/data/test_tags.py`.
"""

import re
from collections.abc import Iterable

from ..errors import DataError

TAB = "\t"
_BETWEEN = re.compile("[;|]")


def split_tags(cell: str) -> tuple[str, ...]:
    """The tags of `V;PST` or `Case=Nom|Number=Sing`, without white space at their ends."""
    return tuple(filter(None, map(str.strip, _BETWEEN.split(cell))))


def with_tags(text: str, tags: Iterable[str]) -> str:
    """A source's text and its tags as one text."""
    return f"{text}{TAB}{';'.join(tags)}"


def apart(source: str) -> tuple[str, tuple[str, ...]]:
    """Undo `with_tags`; a source without a tab has no tags."""
    if TAB not in source:
        return source, ()
    text, _, cell = source.rpartition(TAB)
    return text, split_tags(cell)


def shown_tag(tag: str) -> str:
    """A tag as lists of symbols show it."""
    return f"<{tag}>"


def check_tag(tag: str) -> bool:
    """Whether a text can be a tag."""
    return split_tags(tag) == (tag,) and not set(tag) & set("\t\r\n")


def source_text(source: object, name: str) -> str:
    """What `predict` takes, a text or a pair of text and features, as one text.

    Args:
        source: `"walk"`, `"walk\\tV;PST"`, `("walk", "V;PST")` or `("walk", ["V", "PST"])`.
        name: What an error message calls it.
    Raises:
        DataError: It is something else.
    """
    if isinstance(source, str):
        return source
    if isinstance(source, tuple | list) and len(source) == 2 and isinstance(source[0], str):
        text, tags = source
        if isinstance(tags, str):
            return with_tags(text, split_tags(tags))
        if isinstance(tags, tuple | list) and all(isinstance(tag, str) for tag in tags):
            return with_tags(text, tags)
    raise DataError(
        f'predict: {name} must be a text, or a pair of text and features such as ("walk", '
        f'"V;PST"), got {type(source).__name__}.'
    )
