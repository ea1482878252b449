r"""Running text to words: punctuation apart, contractions kept as they are written.

    "It's bad -- don't!"   ->   It's  bad  -  -  don't  !
    "It 's bad , do n't"   ->   It  's  bad  ,  do  n't         (text that is split already)

A word is letters, digits and underscores with apostrophes inside, or an apostrophe with up to two
letters after it ('s, 've) at its own place; anything else that is no white space stands alone.
Checked by `tests/data/test_words.py`.
"""

import re

_WORD = re.compile(r"\w+(?:['\u2019]\w+)*|['\u2019]\w{1,2}\b|[^\w\s]")


def split_words(text: str, *, lowercase: bool = False) -> list[str]:
    """Split running text into words.

    Args:
        text: Any text.
        lowercase: Fold case first.
    """
    return _WORD.findall(text.lower() if lowercase else text)
