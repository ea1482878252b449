"""The programs in `native/tests/programs/`, which the native tests damage: one of each kind.

python -m tests.engine.programs        writes them again
"""

from pathlib import Path

from seqloom.engine.lower import lower
from seqloom.networks.record import record

from ..networks.files import CONFIGS, random_network

FOLDER = Path(__file__).parents[2] / "native" / "tests" / "programs"
NAMES = (
    "pairs: lstm, additive",
    "pairs: gru, general",
    "pairs: rnn, dot, one way",
    "pairs: gru, context",
    "pairs: transformer",
    "texts: fully-connected",
    "texts: lstm, attention",
    "texts: gru, max",
    "texts: transformer, mean",
    "text: lstm, two layers, tied",
    "text: transformer, short context",
    "text: window of 4",
    "speech: ctc gru, one way",
    "speech: las lstm",
    "series: lstm, direct, attention",
    "series: gru, autoregressive, attention",
    "series: fully-connected",
    "series: transformer",
)


def programs() -> dict[str, bytes]:
    """Programs by file name."""
    found = {}
    for name in NAMES:
        network, _ = random_network(*CONFIGS[name])
        words = name.replace(":", "").replace(",", "").replace(" ", "-")
        found[f"{words}.program"] = lower(record(network))
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, data in programs().items():
        (FOLDER / name).write_bytes(data)
