"""Running text in which every order of an n-gram model matters."""

import random


def some_text(length, seed=0):
    """Letters that depend on the two before them, so that every order matters."""
    draw = random.Random(seed)
    text = "ab"
    while len(text) < length:
        weights = [(ord(text[-1]) * 7 + ord(text[-2]) * 3 + k * k) % 11 + 0.2 for k in range(6)]
        text += draw.choices("abcdef", weights)[0]
    return text
