"""`seqloom predict`: one line in, one line out, in order, at once; every format; every refusal."""

import json
import os
import shlex
import subprocess
import sys

import numpy as np
import pytest

import seqloom
from seqloom.runtime import Transducer

from ..toys import ENVIRONMENT, command


def test_texts_of_the_command_line(cli, model):
    assert cli("predict", model, "hgfe", "ab", "cab") == (0, "E F G H\nB A\nB A C\n", "")


def test_lines_of_standard_input_in_order(cli, model):
    """More lines than go into one batch, of all lengths; blank lines stay blank."""
    sources = ["ab", "", "hgfe", "cab", "  ", "a", "\u00e9", "badcfe"] * 80
    done = cli("predict", model, "--beam", 1, stdin="\r\n".join(sources).encode())
    assert done.code == 0
    assert done.err == (
        "note: line 7 has a symbol that was never seen in training and read as unknown: é\n"
    )
    known = seqloom.load(model)
    answers = {s: known.predict([s], beam=1)[0] for s in set(sources) if s.strip()}
    assert done.out.split("\n") == [answers.get(s, "") for s in sources] + [""]
    assert len(set(answers.values())) == 6


def test_last_line_without_an_end_and_byte_order_mark(cli, model):
    assert cli("predict", model, stdin=b"\xef\xbb\xbfab\nhgfe").out == "B A\nE F G H\n"
    assert cli("predict", model, stdin=b"").out == ""


def test_nbest_and_scores(cli, model):
    want = seqloom.load(model).predict_nbest(["ab", "hgfe"], 3)
    done = cli("predict", model, "ab", "hgfe", "--nbest", 3)
    assert done.out == "".join("\t".join(p.text for p in row) + "\n" for row in want)
    done = cli("predict", model, "ab", "hgfe", "--nbest", 3, "--scores")
    fields = [f for row in want for p in row for f in (p.text, f"{p.score:.4f}")]
    assert done.out.replace("\n", "\t").split("\t")[:-1] == fields
    done = cli("predict", model, "--scores", stdin=b"\nab\n")
    assert done.out == f"\nB A\t{want[0][0].score:.4f}\n"


def test_json(cli, model):
    best, second = seqloom.load(model).predict_nbest(["hgfe"], 2)[0]
    done = cli("predict", model, "--json", "--nbest", 2, stdin="hgfe\n\ncafé\n".encode())
    first, blank, accented = map(json.loads, done.out.splitlines())
    assert first == {
        "source": "hgfe",
        "outputs": [
            {
                "text": p.text,
                "symbols": list(p.symbols),
                "score": pytest.approx(p.score, abs=1e-6),
                "log_probability": pytest.approx(p.log_probability, abs=1e-6),
                "finished": True,
                "origin": "network",
            }
            for p in (best, second)
        ],
        "unknown": [],
    }
    assert blank == {"source": "", "outputs": [], "unknown": []}
    assert (accented["source"], accented["unknown"]) == ("café", ["é"])
    assert "café" in done.out


def test_search_settings_reach_the_search(cli, model, monkeypatch):
    seen = []
    honest = Transducer.predict_nbest

    def spy(self, texts, nbest=1, **options):
        seen.append((nbest, options))
        return honest(self, texts, nbest, **options)

    monkeypatch.setattr(Transducer, "predict_nbest", spy)
    cli("predict", model, "ab", "--beam", 4, "--nbest", 2, "--length-penalty", 0.5)
    cli("predict", model, "ab", "--sample", "--temperature", 0.5, "--top-k", 3)
    cli("predict", model, "ab", "--sample")
    assert seen[0] == (
        2,
        {"beam": 4, "length_penalty": 0.5, "exceptions": True, "mass": None},
    )
    for nbest, options in seen[1:]:
        assert nbest is None
        assert options.pop("seed") > 0
        assert options.pop("beam") is options.pop("length_penalty") is None
        assert options.pop("exceptions")
    assert [options for _, options in seen[1:]] == [
        {"temperature": 0.5, "top_k": 3, "top_p": 1.0},
        {"temperature": 1.0, "top_k": None, "top_p": 1.0},
    ]


def test_mass_stops_where_the_share_is_reached(cli, model):
    """Five hypotheses of the beam share a probability of 1; outputs are ranked by score."""
    whole = seqloom.load(model).predict_nbest(["gabh"], 5)[0]
    odds = np.exp([p.log_probability for p in whole])
    shares = odds / odds.sum()
    for mass in (0.01, shares[0] + 0.01, shares[:3].sum() + 0.001, 1.0):
        enough = next(n for n in range(1, 6) if shares[:n].sum() >= mass - 1e-9)
        done = cli("predict", model, "gabh", "--mass", mass, "--json")
        found = json.loads(done.out)["outputs"]
        assert [p["text"] for p in found] == [p.text for p in whole[:enough]]
        np.testing.assert_allclose([p["share"] for p in found], shares[:enough], rtol=1e-4)
    texts = "\t".join(p.text for p in whole[:2])
    assert cli("predict", model, "gabh", "--mass", 1, "--nbest", 2).out == f"{texts}\n"
    assert (
        len(
            json.loads(cli("predict", model, "gabh", "--mass", 1, "--nbest", 7, "--json").out)[
                "outputs"
            ]
        )
        == 7
    )
    assert cli("predict", model, "gabh", "--mass", 1e-9).out == f"{whole[0].text}\n"


def test_mass_that_is_none(refuses, model):
    for mass in (0, 1.5, "nan"):
        line = refuses("predict", model, "ab", "--mass", mass)
        assert line.startswith("predict: `mass` must be above 0 and at most 1, got "), line
    line = refuses("predict", model, "ab", "--mass", 0.9, "--sample")
    assert line == "predict: `--mass` and `--sample` exclude each other. Drop one."


def test_inputs_with_unknown_symbols_are_written(cli, refuses, model, tmp_path):
    oovs = tmp_path / "oovs.txt"
    done = cli("predict", model, "--oovs", oovs, stdin="ab\ncafé\n\nABC\ncafé\n".encode())
    assert done.out.count("\n") == 5
    assert oovs.read_text(encoding="utf-8") == "café\nABC\n"
    cli("predict", model, "ab", "--oovs", oovs)
    assert oovs.read_text() == ""
    line = refuses("predict", model, "ab", "--oovs", tmp_path / "no" / "oovs.txt")
    assert "No such file or directory. Make that folder first." in line


def test_draws_depend_on_the_seed_and_the_line_and_not_on_when_it_came(cli, model):
    options = ("--sample", "--temperature", 3, "--nbest", 2)
    lines = ["hgfe", "hgfe", "", "abcd", "hgfe"]
    together = cli("predict", model, *options, stdin="\n".join(lines).encode()).out
    assert cli("predict", model, *lines, *options).out == together
    assert cli("predict", model, *lines, *options, "--seed", 0).out == together
    assert cli("predict", model, *lines, *options, "--seed", 1).out != together
    drawn = together.splitlines()
    assert len({drawn[0], drawn[1], drawn[4]}) == 3
    # the last line, however it is cut off from those before it
    first = cli("predict", model, *options, stdin="\n".join(lines[:4]).encode()).out
    assert together.startswith(first)


def test_sampling_flags_need_sample(refuses, model):
    for flag in ("--temperature", "--top-k", "--top-p", "--seed"):
        assert refuses("predict", model, "ab", flag, 1) == (
            "predict: `--temperature`, `--top-k`, `--top-p` and `--seed` need --sample. Add it."
        )


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ("--sample", "--beam", 2),
            "predict: `beam` must not come with a temperature, got 2. Drop one of them.",
        ),
        (
            ("--sample", "--temperature", 0),
            "decode: `temperature` must be above 0 and at most 100, got 0.0. "
            "Use beam=1 for the likeliest symbols.",
        ),
        (("--sample", "--seed", -1), "predict: `--seed` must be at least 0, got -1."),
        (("--sample", "--top-k", 0), "decode: `top_k` must be at least 1, got 0."),
        (
            ("--length-penalty", 1000),
            "predict: `length_penalty` must be from 0 to 10, got 1000.",
        ),
        (("--beam", 0), "decode: `beam` and `nbest` must be at least 1, got 0 and 1."),
        (
            ("--beam", 2, "--nbest", 3),
            "decode: `nbest` must be at most the beam of 2, got 3. Set a beam of 3.",
        ),
    ],
)
def test_settings_out_of_range(refuses, model, args, message):
    assert refuses("predict", model, "ab", *args) == message
    assert refuses("predict", model, *args, stdin=b"ab\n") == message


def test_bad_utf8_names_the_line_after_the_answers_before_it(cli, model):
    done = cli("predict", model, stdin=b"ab\n\nhgfe\ncaf\xe9\nab\n")
    assert done == (
        1,
        "B A\n\nE F G H\n",
        "predict: line 4 must be UTF-8, got byte 0xe9. Convert it with: iconv -f LATIN1 -t UTF-8\n",
    )


def test_too_long_a_line_is_named_after_the_answers_before_it(cli, model):
    done = cli("predict", model, stdin=b"ab\n" + b"a" * 10_000 + b"\nab\n")
    assert done == (
        1,
        "B A\n",
        "predict: line 2 must have at most 500 symbols, got 10000. "
        "Cut it into pieces, or train with a larger data.max_symbols.\n",
    )


def test_damaged_model(refuses, model, tmp_path):
    path = tmp_path / "cut.safetensors"
    path.write_bytes(model.read_bytes()[:9000])
    message = refuses("predict", path, "ab")
    assert message.startswith(f"model file: `{path}` is not a whole safetensors file: ")


def stream(model, *args):
    line = [sys.executable, "-W", "error", *command("predict", model, *args)[1:]]
    pipe = subprocess.PIPE
    return subprocess.Popen(line, env=ENVIRONMENT, stdin=pipe, stdout=pipe, stderr=pipe)


def test_each_line_is_answered_before_the_next_is_written(model):
    with stream(model) as process:
        for source, answer in [(b"ab", b"B A"), (b"", b""), (b"hgfe", b"E F G H"), (b"gh", b"H G")]:
            process.stdin.write(source + b"\n")
            process.stdin.flush()
            assert process.stdout.readline() == answer + b"\n"
        process.stdin.write(b"ca")  # half a line waits for its other half
        process.stdin.flush()
        process.stdin.write(b"b\n")
        process.stdin.close()
        assert process.stdout.read() == b"B A C\n"
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_an_error_ends_it_while_the_writer_still_holds_the_pipe(model):
    """A reader that waits for more must not make Python abort at its end."""
    with stream(model) as process:
        process.stdin.write(b"ab\n\xff\n")
        process.stdin.flush()
        assert process.wait(timeout=20) == 1
        assert process.stdout.read() == b"B A\n"
        assert process.stderr.read().startswith(b"predict: line 2 must be UTF-8, got byte 0xff.")


def test_a_reader_that_has_had_enough(model):
    """`seqloom predict ... | head -1`: no word, no traceback."""
    with stream(model, "--beam", "1") as process:
        process.stdin.write(b"ab\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"B A\n"
        process.stdout.close()
        try:
            for _ in range(50):
                process.stdin.write(b"hgfe\n" * 100)
            process.stdin.close()
        except BrokenPipeError:  # it left before it read all
            process.stdin = None
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_output_that_cannot_be_written(model):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command("predict", model, "ab"), env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == 1
    assert done.stderr.decode() == (
        "predict: `standard output` cannot be written: No space left on device. "
        "Free some space on that disk.\n"
    )


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        ("<&-", "predict: standard input is closed. Give it a file.\n"),
        (
            "0>/dev/null",  # open, but for writing
            "predict: standard input cannot be read: Bad file descriptor. Give it a file.\n",
        ),
    ],
)
def test_standard_input_that_cannot_be_read(model, stdin, message):
    line = shlex.join(command("predict", model)) + f" {stdin}"
    done = subprocess.run(
        line, shell=True, env=ENVIRONMENT, capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", message)


def test_text_is_utf8_whatever_the_locale(model):
    environment = {**ENVIRONMENT, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    line = command("predict", model, "--json")
    done = subprocess.run([*line, "hgfé"], env=environment, capture_output=True, timeout=30)
    assert done.returncode == 0
    assert json.loads(done.stdout.decode("utf-8"))["source"] == "hgfé"
    done = subprocess.run([*line, b"hgf\xe9"], env=environment, capture_output=True, timeout=30)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"predict: line 1 must be UTF-8, got byte 0xe9. ")
