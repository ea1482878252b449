"""The drawings of the story: each network, made by code in one style.

`python docs/build.py drawings` writes them, without data or training; a file each beside this one.
Checked by `tests/docs/test_drawings.py`, which draws them again and compares.
"""

from pathlib import Path

from . import (
    attention,
    encoder_decoder,
    fully_connected,
    gru,
    lstm,
    rnn,
    slopes,
    transformer,
)

DRAWINGS = {
    "01-network.svg": fully_connected.draw,
    "02-network.svg": rnn.draw,
    "02-slopes.svg": slopes.draw,
    "03-network.svg": lstm.draw,
    "04-network.svg": gru.draw,
    "05-network.svg": encoder_decoder.draw,
    "06-network.svg": attention.draw,
    "07-network.svg": transformer.draw,
}


def draw_all(figures: Path) -> None:
    """Write every drawing into a folder."""
    figures.mkdir(parents=True, exist_ok=True)
    for name, draw in DRAWINGS.items():
        draw(figures / name)
