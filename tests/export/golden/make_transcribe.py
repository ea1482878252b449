"""Make transcribe-1.safetensors and what it heard on the day it was made.

    python tests/export/golden/make_transcribe.py

Do not run it again to make a failing test pass: the file stands for those that users have.
"""

import json
import sys
import tempfile
from pathlib import Path

import seqloom
from seqloom.data.speech.tones import make_tones, recording

HERE = Path(__file__).parent
NAME = "transcribe-1"
SEED = 7  # of recordings that the model never heard
SETTINGS = {
    "data": {"mels": 16, "valid_fraction": 0.1},
    "model": {"architecture": "ctc", "hidden_size": 24, "bidirectional": False, "dropout": 0.0},
    "training": {"steps": 2000, "learning_rate": 1e-2},
}


def answers(path: Path) -> list[dict]:
    """What a model hears: the best text by beams of 1 and 4, log-probability, times."""
    model = seqloom.load(path)
    found = []
    for number in range(8):
        sound, said = recording(SEED, number)
        greedy, beam = (model.transcribe([sound], beam=k)[0] for k in (1, 4))
        found.append(
            {
                "said": said,
                "greedy": greedy.text,
                "starts": list(greedy.starts or ()),
                "beam": beam.text,
                "log_probability": beam.log_probability,
            }
        )
    return found


def main() -> None:
    """Train on dialled numbers; write the model file and its answers."""
    with tempfile.TemporaryDirectory() as folder:
        make_tones(Path(folder) / "tones", count=600, seed=0)
        data = Path(folder) / "tones" / "train.tsv"
        result = seqloom.train(data, Path(folder) / "run", config=SETTINGS)
        print(f"validation character error {result.score:.2f} %", file=sys.stderr)
        path = HERE / f"{NAME}.safetensors"
        path.write_bytes(result.path.read_bytes())
    text = json.dumps(answers(path), indent=1)
    (HERE / f"{NAME}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
