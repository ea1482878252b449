"""Twenty tables as people keep them, made of public data, and whether `seqloom train` reads them.

    python benchmarks/table_files.py --data FOLDER --out FOLDER

FOLDER has the files of `reviews/`, `g2p_en/`, `translation/`, `series/`, `digits/` and `text/`, as
CONTRIBUTING.md names them. Each table is written to --out and trained on for two steps: without an
option, or with the one that the error message names. The result is a table for docs/tables.md.
"""

import argparse
import csv
import gzip
import json
import re
import subprocess
import sys
import wave
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tables import DOCS, write_tables

ROWS = 400


class Written(NamedTuple):
    """What was tried.

    Attributes:
        task: The task that is right.
        flags: Options that were needed.
    """

    task: str
    flags: tuple[str, ...] = ()


def reviews(data: Path) -> list[tuple[str, str]]:
    """Some sentences and their labels, of both classes."""
    lines = (data / "reviews/sst2_train.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line.count("\t") == 1]
    return [(text, label) for text, label in rows[: 2 * ROWS : 2]]


def words(data: Path) -> list[tuple[str, str]]:
    """Some words and their phones."""
    lines = (data / "g2p_en/dev.tsv").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines[:ROWS]]  # type: ignore[misc]


def sentences(data: Path) -> list[tuple[str, str]]:
    """Some English sentences and their French translations."""
    with gzip.open(data / "translation/eng_fra_dev.tsv.gz", "rt", encoding="utf-8") as file:
        lines = file.read().splitlines()
    return [tuple(line.split("\t")[:2]) for line in lines[:ROWS]]  # type: ignore[misc]


def temperatures(data: Path) -> list[tuple[str, float]]:
    """Days and their lowest temperature."""
    with (data / "series/daily-min-temperatures.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return [(day, float(value)) for day, value in rows[:ROWS]]


def recordings(data: Path) -> list[tuple[str, str]]:
    """Recordings of digits and what is said."""
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    files = sorted((data / "digits/wav").glob("*_[01].wav"))[:120]
    return [(str(file), names[int(file.name[0])]) for file in files]


def seconds(file: str) -> float:
    """Length of a recording, rounded down."""
    with wave.open(file) as sound:
        return int(1000 * sound.getnframes() / sound.getframerate()) / 1000


def write_csv(path: Path, header: list[str], rows: list[list[object]], **how: object) -> None:
    """A CSV file."""
    with path.open("w", encoding=str(how.pop("encoding", "utf-8")), newline="") as file:
        file.write(str(how.pop("top", "")))
        writer = csv.writer(file, **how)  # type: ignore[arg-type]
        if header:
            writer.writerow(header)
        writer.writerows(rows)


def write_lines(path: Path, rows: list[dict[str, object]]) -> None:
    """JSON lines."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")


def write_parquet(path: Path, rows: list[dict[str, object]]) -> None:
    """A Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), path)


def write_all(data: Path, out: Path) -> dict[str, Written]:
    """Write the twenty files; their names and what is right."""
    texts, pairs, lines = reviews(data), words(data), sentences(data)
    series, sounds = temperatures(data), recordings(data)
    found: dict[str, Written] = {}

    def add(name: str, task: str, write: Callable[[Path], None], *flags: str) -> None:
        write(out / name)
        found[name] = Written(task, flags)

    broken = [
        [f'{t.replace(" , ", f",<br />{chr(10)}")} "{n}"', c] for n, (t, c) in enumerate(texts)
    ]
    add("movies.csv", "classify", lambda p: write_csv(p, ["review", "sentiment"], broken))
    spam = [[c, t, "", "", ""] for t, c in texts]
    add("spam.csv", "classify", lambda p: write_csv(p, ["v1", "v2", "", "", ""], spam))
    tweets = [
        [
            570306133677760513 + n,
            c,
            round(0.3 + n % 7 / 10, 1),
            "" if n % 3 else "late",
            f"user{n}",
            t,
            "2015-02-24 11:35:52 -0800",
        ]
        for n, (t, c) in enumerate(texts)
    ]
    header = [
        "tweet_id",
        "airline_sentiment",
        "airline_sentiment_confidence",
        "negativereason",
        "name",
        "text",
        "tweet_created",
    ]
    add("tweets.csv", "classify", lambda p: write_csv(p, header, tweets, quoting=csv.QUOTE_ALL))
    clothes = [
        [n, 1000 + n % 40, 20 + n % 50, "", t, 1 + 4 * (c == "positive")]
        for n, (t, c) in enumerate(texts)
    ]
    header_2 = ["", "Clothing ID", "Age", "Title", "Review Text", "Rating"]
    add("clothing.csv", "classify", lambda p: write_csv(p, header_2, clothes))
    german = [[t, c] for t, c in texts]
    add(
        "kommentare.csv",
        "classify",
        lambda p: write_csv(
            p,
            ["Kommentar", "Kategorie"],
            german,
            delimiter=";",
            encoding="utf-8-sig",
            top="sep=;\r\n",
        ),
    )
    add(
        "labelled.jsonl",
        "classify",
        lambda p: write_lines(p, [{"text": t, "label": int(c == "positive")} for t, c in texts]),
    )
    add(
        "stars.jsonl",
        "classify",
        lambda p: write_lines(
            p,
            [
                {
                    "review_id": f"id{n}",
                    "stars": 1.0 + 4 * (c == "positive"),
                    "date": "2016-03-09",
                    "text": t,
                }
                for n, (t, c) in enumerate(texts)
            ],
        ),
    )
    add(
        "parts.parquet",
        "classify",
        lambda p: write_parquet(
            p,
            [
                {
                    "text": t,
                    "label": int(c == "positive"),
                    "split": ("train", "train", "test", "validation")[n % 4],
                }
                for n, (t, c) in enumerate(texts)
            ],
        ),
    )
    add(
        "english_french.csv",
        "transduce",
        lambda p: write_csv(p, ["English", "French"], [list(row) for row in lines]),
    )
    add(
        "lexicon.csv",
        "transduce",
        lambda p: write_csv(
            p, ["Word", "Pronunciation"], [list(row) for row in pairs], quoting=csv.QUOTE_ALL
        ),
    )
    add(
        "pairs.jsonl",
        "transduce",
        lambda p: write_lines(p, [{"source": s, "target": t} for s, t in pairs]),
    )
    add(
        "translation.jsonl",
        "transduce",
        lambda p: write_lines(p, [{"translation": {"en": s, "fr": t}} for s, t in lines]),
    )
    add(
        "phonemes.parquet",
        "transduce",
        lambda p: write_parquet(p, [{"word": s, "phonemes": t.split()} for s, t in pairs]),
    )
    add(
        "minimum.csv",
        "forecast",
        lambda p: write_csv(p, ["Date", "Temp"], [list(row) for row in series]),
    )
    shops = [[day, shop, round(value * shop, 1)] for day, value in series for shop in (1, 2, 3)]
    add(
        "shops.csv",
        "forecast",
        lambda p: write_csv(p, ["date", "store", "sales"], shops),
        "--series",
        "store",
    )
    add(
        "long.jsonl",
        "forecast",
        lambda p: write_lines(
            p, [{"unique_id": "a", "ds": day, "y": value} for day, value in series]
        ),
    )
    add(
        "wide.parquet",
        "forecast",
        lambda p: write_parquet(
            p, [{"ds": day, "north": value, "south": value + 3} for day, value in series]
        ),
    )
    add(
        "voice.csv",
        "transcribe",
        lambda p: write_csv(
            p, ["client_id", "path", "sentence", "up_votes"], [["x", f, t, 2] for f, t in sounds]
        ),
    )
    add(
        "manifest.jsonl",
        "transcribe",
        lambda p: write_lines(
            p, [{"audio_filepath": f, "text": t, "duration": seconds(f)} for f, t in sounds]
        ),
    )
    play = (data / "text/shakespeare.txt").read_text(encoding="utf-8").split("\n\n")
    add(
        "speeches.jsonl",
        "generate",
        lambda p: write_lines(
            p, [{"id": n, "text": text} for n, text in enumerate(islice(play, ROWS))]
        ),
    )
    return found


def main() -> None:
    """Write, train, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="into docs/tables.md")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    files = write_all(args.data, args.out)
    lines = ["| file | task | option | read |", "|---|---|---|---|"]
    wrong = 0
    for number, (name, asked) in enumerate(files.items()):
        run = args.out / "runs" / f"{number}"
        command = [
            sys.executable,
            "-m",
            "seqloom",
            "train",
            str(args.out / name),
            "--steps",
            "2",
            "--out",
            str(run),
            *asked.flags,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        task = re.search(r"^task: (\w+)", done.stderr, re.MULTILINE)
        ok = done.returncode == 0 and task is not None and task[1] == asked.task
        wrong += not ok
        said = "trained" if ok else (done.stderr.strip().splitlines() or ["nothing"])[-1]
        lines.append(f"| `{name}` | {asked.task} | {' '.join(asked.flags)} | {said} |")
        print(lines[-1], flush=True)
    if args.write:
        write_tables(DOCS / "tables.md", {"files": "\n".join(lines)})
    print(f"\n{len(files) - wrong} of {len(files)} read")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
