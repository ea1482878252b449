"""Spoken digits in strings: train on joined recordings, report the official test recordings once.

    python benchmarks/transcribe.py --data FOLDER [CASE ...]

FOLDER holds `digits/wav/` (docs/transcribe.md says where it comes from). Recordings of one speaker
are joined into strings of 3 to 7 digits with short pauses, by a fixed seed: those of index 5 to 7
validate, those from 8 on train, and those of index 0 to 4, the data set's own test part, are read
once. Each case is a run in `runs/`; one that was interrupted is resumed, one that is finished is
not trained again. Results go to `benchmarks/results/transcribe.json`, the table to
`docs/transcribe.md`.
"""

import argparse
import json
import platform
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from tables import DOCS, RESULTS, write_tables

import seqloom
from seqloom.data.speech.log_mel import FeatureSetup, log_mel
from seqloom.data.speech.manifest import read_manifest
from seqloom.data.speech.recordings import Normaliser
from seqloom.evaluation.transcripts import SpeechEvaluation, evaluate_transcripts

FILE = RESULTS / "transcribe.json"
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
RATE, SEED = 8000, 1
COUNTS = {"train": 2500, "valid": 200, "test": 500}
INDEX = {"train": range(8, 50), "valid": range(5, 8), "test": range(5)}
SHORTER = {"training": {"steps": 3500}}
STREAMING = {"model": {"bidirectional": False}, **SHORTER}
CHARACTERS = {"data": {"text_level": "characters"}, **SHORTER}
LAS = {"model": {"architecture": "las"}, **SHORTER}


@dataclass(frozen=True)
class Case:
    """One run: who is left out of training, and settings beside the defaults.

    Attributes:
        name: Its name, and that of the run's folder.
        settings: Settings.
        unseen: A speaker who is heard in testing only; all are heard in both if `None`.
    """

    name: str
    settings: dict[str, Any] = field(default_factory=dict)
    unseen: str | None = None


CASES = [
    Case("digits-ctc"),
    Case("digits-ctc-one-way", STREAMING),
    Case("digits-ctc-spelled", CHARACTERS),
    Case("digits-las", LAS),
    *(
        Case(f"unseen-{speaker}", {"training": {"steps": 1500}}, unseen=speaker)
        for speaker in SPEAKERS
    ),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--tables", action="store_true", help="only write the tables")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(c.name for c in CASES))
    arguments = parser.parse_args()
    known = {case.name: case for case in CASES}
    results = json.loads(FILE.read_text()) if FILE.exists() else {}
    wavs = arguments.data / "digits" / "wav"
    for name in [] if arguments.tables else arguments.cases or [*known, "templates"]:
        if name == "templates":
            results[name] = templates(wavs)
        else:
            results[name] = measure(known[name], wavs, arguments.runs)
        FILE.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    write_tables(DOCS / "transcribe.md", {"digits": digits_table(results)})


def measure(case: Case, wavs: Path, runs: Path) -> dict[str, Any]:
    """Train unless done, then evaluate the test strings with the model file alone."""
    folder = runs / (f"strings-{case.unseen}" if case.unseen else "strings")
    write_strings(wavs, folder, case.unseen)
    run = runs / case.name
    if (run / "last.ckpt.safetensors").exists():
        seqloom.resume(run)
    else:
        seqloom.train(
            folder / "train.tsv",
            run,
            valid=folder / "valid.tsv",
            config={"task": "transcribe", **case.settings},
        )
    events = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    validations = [event for event in events if event["event"] == "validation"]
    model = seqloom.load(run / "best.safetensors")
    begun = time.perf_counter()
    found = evaluate(model, folder / "test.tsv")
    seconds = time.perf_counter() - begun
    result = {
        **found.to_json(),
        "parameters": events[0]["parameters"],
        "steps": validations[-1]["step"],
        "train_minutes": round(validations[-1]["seconds"] / 60, 2),
        # of the model that is kept, which is the best by character error
        "valid_word_error": [v for v in validations if v["best"]][-1]["word_error"],
        "seconds_of_sound_per_second": round(found.seconds / seconds, 1),
        "threads": events[0]["threads"],
        "kernels": events[0]["kernels"],
        "versions": events[0]["versions"],
        "machine": platform.machine(),
        "settings": model.file.training["settings"],
        "seed_of_strings": SEED,
    }
    if not case.unseen and not model.file.model.__dict__.get("bidirectional", True):
        result["streamed_texts_that_differ"] = streamed(model, folder / "test.tsv")
    return result


def evaluate(model: Any, manifest: Path) -> SpeechEvaluation:
    """Scores of a manifest."""
    lines = read_manifest(manifest)
    heard = model.transcribe([line.path for line in lines])
    return evaluate_transcripts(
        [line.name for line in lines],
        [transcript.seconds for transcript in heard],
        [transcript.text for transcript in heard],
        [line.text for line in lines],
    )


def streamed(model: Any, manifest: Path) -> int:
    """How many test strings have another text when their sound comes in pieces of random size."""
    rng = np.random.default_rng(SEED)
    differ = 0
    for line in read_manifest(manifest):
        samples, _ = soundfile.read(line.path, dtype="float32")
        stream = model.stream()
        for piece in np.split(samples, np.sort(rng.integers(0, len(samples), size=20))):
            stream.push(piece)
        differ += stream.finish() != model.predict([line.path])[0]
    return differ


# -- strings of digits ---------------------------------------------------------------------------


def write_strings(wavs: Path, folder: Path, unseen: str | None = None) -> None:
    """Join recordings into strings: `folder/{train,valid,test}.tsv` and their sound."""
    if (folder / "test.tsv").exists():
        return
    for part in ("train", "valid", "test"):
        (folder / part).mkdir(parents=True, exist_ok=True)
        seen = [speaker for speaker in SPEAKERS if speaker != unseen]
        speakers = [unseen] if unseen and part == "test" else seen
        draw = random.Random(f"{SEED} {part} {unseen}")
        lines = []
        for number in range(COUNTS[part]):
            sound, text = string(wavs, draw, draw.choice(speakers), INDEX[part])
            name = f"{part}/{number:05d}.wav"
            soundfile.write(folder / name, sound, RATE, subtype="PCM_16")
            lines.append(f"{name}\t{text}\n")
        (folder / f"{part}.tsv").write_text("".join(lines))


def string(wavs: Path, draw: random.Random, speaker: str, indices: range) -> tuple[np.ndarray, str]:
    """3 to 7 digits of one speaker, with pauses of up to a quarter of a second."""
    digits = [draw.randrange(10) for _ in range(draw.randint(3, 7))]
    parts = [np.zeros(round(draw.uniform(0.05, 0.2) * RATE), np.float32)]
    for digit in digits:
        sound, _ = soundfile.read(
            wavs / f"{digit}_{speaker}_{draw.choice(indices)}.wav", dtype="float32"
        )
        parts += [sound, np.zeros(round(draw.uniform(0.0, 0.25) * RATE), np.float32)]
    return np.concatenate(parts), " ".join(WORDS[digit] for digit in digits)


# -- the classic: nearest template by dynamic time warping ----------------------------------------


def templates(wavs: Path, per_speaker: int = 5) -> dict[str, Any]:
    """Single test recordings named by the nearest training recording; where the cuts are known.

    The task is easier than the networks': no string has to be cut into digits.
    """
    setup = FeatureSetup(sample_rate=RATE, stack=1)

    def sounds(indices: range) -> list[tuple[int, np.ndarray]]:
        return [
            (digit, log_mel(soundfile.read(wavs / f"{digit}_{s}_{i}.wav")[0], setup))
            for digit in range(10)
            for s in SPEAKERS
            for i in indices
        ]

    known, test = sounds(range(8, 8 + per_speaker)), sounds(INDEX["test"])
    normal = Normaliser.learn([frames for _, frames in known])
    known = [(digit, normal(frames)[::2]) for digit, frames in known]
    wrong = 0
    for digit, frames in test:
        near = normal(frames)[::2]
        wrong += min(known, key=lambda item: warped(near, item[1]))[0] != digit
    return {"recordings": len(test), "templates": len(known), "wrong": wrong}


def warped(a: np.ndarray, b: np.ndarray) -> float:
    """Mean distance of frames along the best warping path, by anti-diagonals.

    Source: Sakoe & Chiba 1978, symmetric form, without a slope constraint.
    """
    cost = np.sqrt(np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T, 0.0))
    n, m = cost.shape
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0.0
    for d in range(2, n + m + 1):
        i = np.arange(max(1, d - m), min(n, d - 1) + 1)
        j = d - i
        here = cost[i - 1, j - 1]
        total[i, j] = np.minimum(
            np.minimum(total[i - 1, j], total[i, j - 1]) + here, total[i - 1, j - 1] + 2 * here
        )
    return float(total[n, m] / (n + m))


# -- tables ----------------------------------------------------------------------------------------


def digits_table(results: dict[str, Any]) -> str:
    """All cases."""
    rows = [
        "| case | parameters | steps | minutes | test WER % (95 %) | strings with an error % |",
        "|---|---|---|---|---|---|",
    ]
    unseen = []
    for case in CASES:
        if case.name not in results:
            continue
        found = results[case.name]
        wer, wrong = found["word_error_rate"], found["wrong_recordings"]
        rows.append(
            f"| {case.name} | {found['parameters']:,} | {found['steps']:,} "
            f"| {found['train_minutes']:.1f} "
            f"| {wer['value']:.2f} ({wer['low']:.2f} to {wer['high']:.2f}) | {wrong['value']:.1f} |"
        )
        if case.unseen:
            unseen.append(wer["value"])
    if len(unseen) == len(SPEAKERS):
        rows.append(f"| mean of the six unseen speakers | | | | {np.mean(unseen):.2f} | |")
    if "templates" in results:
        found = results["templates"]
        rate = 100 * found["wrong"] / found["recordings"]
        rows.append(
            f"| nearest of {found['templates']} templates (DTW), digits already cut out | | | "
            f"| {rate:.2f} | |"
        )
    for name, found in results.items():
        if "streamed_texts_that_differ" in found:
            rows += [
                "",
                f"`{name}`, its test strings heard in 21 pieces of random size: "
                f"{found['streamed_texts_that_differ']} of {found['recordings']} texts differ from "
                "those of the whole recordings.",
            ]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
