"""The command line on speech: make, predict, stream, evaluate, info, and what it refuses."""

import json

import numpy as np
import pytest

from seqloom.export.model_file import write_model
from seqloom.runtime import load

from ..export.speech import CONFIGS, noise, random_speech_model

soundfile = pytest.importorskip("soundfile", reason="the extra `speech` is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Models `ctc` (one way), `las`, and recordings a, b, c."""
    path = tmp_path_factory.mktemp("speech")
    for name, config in (("ctc", "ctc lstm, one way"), ("las", "las gru")):
        write_model(path / name, random_speech_model(CONFIGS[config])[0])
    for seed, name in enumerate("abc"):
        soundfile.write(path / f"{name}.wav", noise(7000 + 900 * seed, seed=seed), 8000)
    return path


def texts(folder, model="ctc", names="abc"):
    return load(folder / model).predict([folder / f"{name}.wav" for name in names])


@pytest.mark.parametrize("model", ["ctc", "las"])
def test_a_line_a_file(cli, folder, model):
    done = cli("predict", folder / model, *(folder / f"{name}.wav" for name in "cab"))
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == texts(folder, model, "cab")


def test_names_on_standard_input(cli, folder):
    names = "".join(f"{folder / name}.wav\n" for name in "ab").encode()
    assert cli("predict", folder / "ctc", "-", stdin=names) == cli(
        "predict", folder / "ctc", stdin=names
    )
    done = cli("predict", folder / "ctc", stdin=names)
    assert done.out.splitlines() == texts(folder, names="ab")


def test_json_has_times(cli, folder):
    done = cli("predict", folder / "ctc", folder / "a.wav", "--json", "--beam", 3)
    found = json.loads(done.out)
    want = load(folder / "ctc").transcribe([folder / "a.wav"], beam=3)[0]
    assert found["audio"] == str(folder / "a.wav")
    assert found["text"] == want.text == "".join(s["symbol"] for s in found["symbols"])
    assert [s["start"] for s in found["symbols"]] == [round(t, 3) for t in want.starts]
    assert found["seconds"] == 0.875
    attention = json.loads(cli("predict", folder / "las", folder / "a.wav", "--json").out)
    assert all(set(s) == {"symbol"} for s in attention["symbols"])


def test_what_comes_before_a_bad_file_is_printed(cli, folder):
    done = cli("predict", folder / "ctc", folder / "a.wav", folder / "none.wav")
    assert done.code == 1
    assert done.out.splitlines() == texts(folder, names="a")
    assert done.err.startswith(
        f"predict: `{folder / 'none.wav'}` is not there. Name an audio file; in a man"
    )


def test_what_is_odd_is_said_beside_the_text(cli, folder, tmp_path):
    path = tmp_path / "loud.wav"
    soundfile.write(path, 100 * noise(7000), 8000, subtype="FLOAT")
    done = cli("predict", folder / "ctc", path)
    assert (done.code, done.err) == (0, f"note: `{path}`: samples beyond full scale\n")
    found = json.loads(cli("predict", folder / "ctc", path, "--json").out)
    assert found["notes"] == ["samples beyond full scale"]
    manifest = tmp_path / "m.tsv"
    manifest.write_text("loud.wav\tabc\nloud.wav\tabc\t0.1\t0.2\n")
    assert cli("evaluate", folder / "ctc", manifest, "--json").err == (
        "note: 2 of 2 recordings: samples beyond full scale; the first is `loud.wav` "
        f"({manifest}, line 1)\n"
    )


def raw(folder, name="b"):
    samples, _ = soundfile.read(folder / f"{name}.wav", dtype="int16")
    return samples.astype("<i2").tobytes()


def test_a_stream_ends_with_the_text_of_the_file(cli, folder):
    done = cli("predict", folder / "ctc", "--stream", stdin=raw(folder))
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == texts(folder, names="b")


def test_a_stream_as_json_lines(cli, folder):
    done = cli("predict", folder / "ctc", "--stream", "--json", stdin=raw(folder))
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert lines[-1]["text"] == texts(folder, names="b")[0]
    assert [line["seconds"] for line in lines] == sorted(line["seconds"] for line in lines)


@pytest.fixture
def manifest(folder):
    """Right, one symbol too many, and nothing right."""
    path = folder / "test.tsv"
    a, b, _ = texts(folder)
    path.write_text(f"a.wav\t{a}\nb.wav\t{b}e\nc.wav\tzzz\n")
    return path


def test_evaluate(cli, folder, manifest, tmp_path):
    done = cli("evaluate", folder / "ctc", manifest, "--json", "--outputs", tmp_path / "o.tsv")
    assert done.code == 0
    assert done.err == "note: 1 symbols of the texts were never seen in training: z\n"
    found = json.loads(done.out)
    assert found["recordings"] == 3
    assert found["word_error_rate"]["value"] == pytest.approx(200 / 3)
    a, b, c = texts(folder)
    edits = 1 + max(3, len(c))
    assert found["character_error_rate"]["value"] == pytest.approx(
        100 * edits / (len(a) + len(b) + 1 + 3)
    )
    rows = (tmp_path / "o.tsv").read_text().splitlines()
    assert rows[1] == f"a.wav\t{a}\t{a}\t0\t0\t0.875"
    people = cli("evaluate", folder / "ctc", manifest).out
    assert "word error rate" in people
    assert "Worst recordings" in people
    assert max(map(len, people.splitlines())) <= 80


def test_evaluate_parts_of_a_recording(cli, folder):
    path = folder / "parts.tsv"
    path.write_text("a.wav\tx\t0.1\t0.5\na.wav\tx\t0.5\n")
    found = json.loads(cli("evaluate", folder / "ctc", path, "--json").out)
    assert found["seconds"] == pytest.approx(0.4 + 0.375)
    assert {row["name"] for row in found["worst"]} == {"a.wav 0.1-0.5 s", "a.wav 0.5- s"}


def test_info(cli, folder):
    rows = dict(line.split(maxsplit=1) for line in cli("info", folder / "ctc").out.splitlines())
    assert rows["task"] == "transcribe"
    assert rows["sample_rate"] == "8000"


def test_make_tones(cli, tmp_path):
    done = cli("make", "tones", "--out", tmp_path / "t", "--count", 10, "--seed", 2)
    assert done.out == (
        f"{tmp_path / 't' / 'train'}.tsv: 9 recordings\n"
        f"{tmp_path / 't' / 'test'}.tsv: 1 recordings\n"
    )


def test_what_it_refuses(refuses, folder, tmp_path):
    ctc, las, wav = folder / "ctc", folder / "las", folder / "a.wav"
    odd = refuses("predict", ctc, "--stream", stdin=raw(folder) + b"\1")
    assert odd.startswith("predict: standard input ends within a 16-bit sample. Convert the")
    assert refuses("predict", las, "--stream").startswith(
        "stream: streaming needs a unidirectional CTC model; this one reads the whole recording."
    )
    assert refuses("predict", ctc, wav, "--stream").startswith(
        "predict: `--stream` takes no files, --beam or --length-penalty: "
    )
    assert refuses("predict", ctc, wav, "--nbest", 3).startswith(
        "predict: `--nbest` is not an option for transcribe models. Their options"
    )
    assert refuses("predict", ctc, stdin=b"\n") == ("predict: line 1 names no audio file.")
    assert refuses("predict", ctc, "test.JSONL") == (
        f"predict: `test.JSONL` is a table, not a recording. To transcribe and score what it lists"
        f": seqloom evaluate {ctc} test.JSONL --outputs OUT. To predict alone, pipe in the names "
        "of the files, one a line."
    )
    assert refuses("predict", ctc, wav, "--beam", 0).startswith("decode: `beam` and `nbest` must")
    assert refuses("make", "tones", "--out", tmp_path, "--seed", -1) == (
        "make: `--seed` must be at least 0, got -1."
    )
    broken = tmp_path / "m.tsv"
    broken.write_text(f"{wav}\tone\nb.wav one\n")
    assert refuses("evaluate", ctc, broken).startswith(f"{broken}, line 2: a line must have 2 to 4")


def test_a_model_of_words_does_not_stream(refuses, model):
    assert refuses("predict", model, "--stream").startswith(
        "predict: `--stream` is not an option for transduce models."
    )


def test_no_sample_is_lost_between_reads(cli, folder, monkeypatch):
    """Reads of odd sizes: a sample may come in two halves."""
    from seqloom.cli.tasks import transcribe

    monkeypatch.setattr(transcribe, "PIECE_BYTES", 333)
    done = cli("predict", folder / "ctc", "--stream", stdin=raw(folder, "c"))
    assert done.out.splitlines() == texts(folder, names="c")
    assert np.frombuffer(raw(folder, "c"), "<i2").size == 8800
