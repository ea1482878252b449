"""Inputs that went wrong once: each gives the right result or one clear line.

The files are in `../shared/faults`; each room tests the same kinds with inputs of its own.
"""

import csv
import io
import runpy
import warnings
from pathlib import Path
from unicodedata import category

import pytest

from seqloom import load
from seqloom.errors import ShapeError

FAULTS = Path(__file__).parents[3] / "shared" / "faults"
pytestmark = pytest.mark.skipif(not FAULTS.is_dir(), reason="../shared/faults is absent")
SMALL = ("--set", "training.steps=2", "--set", "model.hidden_size=8")


@pytest.fixture
def trained(cli, tmp_path):
    """Train two steps on a file of the folder; the run's folder and what was said."""

    def call(name: str, *args: object):
        done = cli("train", FAULTS / name, "--out", tmp_path / "run", *SMALL, *args)
        assert done.code == 0, done.err
        return tmp_path / "run" / "best.safetensors", done.err

    return call


@pytest.fixture
def forecast(cli, trained):
    """Train on a file of series and forecast it: the first time ahead of each series, all rows."""

    def call(name: str):
        model, said = trained(name)
        done = cli("predict", model, FAULTS / name)
        assert done.code == 0, done.err
        rows = list(csv.reader(io.StringIO(done.out)))[1:]
        first: dict[str, str] = {}
        for row in rows:
            first.setdefault(row[0], row[1])
        return first, rows, said

    return call


def script(name: str, capsys) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runpy.run_path(str(FAULTS / name))
    return capsys.readouterr().out.splitlines()


def test_second_derivatives(capsys, default_dtype):
    lines = script("a01_minimal.py", capsys)
    numbers = [
        [float(word) for word in line.split() if word.replace(".", "").replace("e-", "").isdigit()]
        for line in lines
    ]
    assert numbers[0] == pytest.approx(numbers[3], rel=1e-4)
    assert numbers[1] == pytest.approx(numbers[4], rel=1e-4)
    assert "tangent under no_grad: True" in lines[2]
    assert "tangent under no_grad: True" in lines[5]


def test_saturation(capsys, default_dtype):
    for line in script("a02_tanh_saturation.py", capsys):
        x, y, tanh, _, slope, _, true = line.split()
        assert float(y) == pytest.approx(float(tanh), abs=2e-7), x
        assert float(slope) == pytest.approx(float(true), rel=0.2, abs=2e-7), x


def test_in_place_and_view(capsys):
    lines = script("a03_in_place_and_view.py", capsys)
    in_place = [line.split(maxsplit=2) for line in lines if " bf " not in line]
    ours, theirs = ([r[2] for r in in_place if r[1] == who] for who in ("seqloom", "torch"))
    assert len(ours) == len(theirs) == 18
    for one, other in zip(ours, theirs, strict=True):  # of an LSTM torch refuses `+=` too
        assert "ok" in one or "ok" not in other, one
    for line in lines:
        if " bf " in line:
            torchs, ours_ = line.split("torch")[1].split("seqloom")
            assert "view ok" in ours_ or "view ok" not in torchs, line


def test_relative_lengths(capsys):
    with pytest.raises(ShapeError, match="lengths"):
        script("a04_relative_lengths.py", capsys)


def test_autocast_with_states(capsys):
    script("a10_autocast_states.py", capsys)


def test_each_series_keeps_its_weekday(forecast):
    first, _, _ = forecast("b01_weekly_anchors.csv")
    assert first == {"A": "2024-04-22", "B": "2024-04-25"}


def test_index_column(forecast):
    first, _, said = forecast("b04_pandas_index.csv")
    assert first == {"S": "2020-01"}
    assert "covariate" not in said
    assert "index" in said or "column 1" in said


def test_two_frequencies(refuses, tmp_path):
    line = refuses("train", FAULTS / "b05_daily_and_weekly.csv", "--out", tmp_path / "run", "-q")
    assert "weekly" in line
    assert "D0" in line


def test_day_30(forecast):
    first, rows, _ = forecast("b07_day30.csv")
    assert next(iter(first.values())) == "2020-01-30"
    assert rows[1][1] in ("2020-02-28", "2020-02-29")
    assert rows[2][1] == "2020-03-30"


def test_clock_change(refuses, tmp_path):
    line = refuses("train", FAULTS / "b08_dst_autumn.csv", "--out", tmp_path / "run", "-q")
    assert "UTC" in line
    assert "2023-10-29 02:00" in line
    assert "delete" not in line.lower()


def test_business_days_at_16_hours(forecast):
    _, rows, _ = forecast("b10_business_days_16h.csv")
    times = [row[1] for row in rows]
    assert [time[:10] for time in times[:3]] == ["2024-07-19", "2024-07-22", "2024-07-23"]
    assert all("16:00" in time for time in times)


def test_one_odd_date(refuses, tmp_path):
    line = refuses("train", FAULTS / "b12_one_wrong_day.csv", "--out", tmp_path / "run", "-q")
    assert "line 12" in line
    assert "2024-03-12" in line


def test_value_column_of_any_name(forecast):
    first, _, _ = forecast("b14_id_time_unknown_value.csv")
    assert first["a"] == "2024-07-19" or len(first) > 1


def test_huge_values(refuses, tmp_path):
    line = refuses("train", FAULTS / "b16_huge_1e162.csv", "--out", tmp_path / "run", "-q")
    assert "'y'" in line or "`y`" in line
    assert "learning" not in line


def test_excels_first_line(forecast):
    first, _, _ = forecast("b17_excel_sep_line.csv")
    assert list(first.values()) == ["2020-01"]


def test_tabs(forecast):
    first, _, said = forecast("b18_series.tsv")
    assert list(first.values()) == ["2020-01"]
    assert "task: forecast" in said


def test_vowel_signs(trained):
    model, _ = trained("c01_hindi.tsv")
    words = load(model).parts.reader.vocabulary.symbols
    assert {"मुझे", "फिल्म", "पसंद"} & set(words)
    assert not [word for word in words if category(word[0]).startswith("M")]


def test_first_line_of_a_rare_class(trained):
    _, said = trained("c02_first_line_rare_class.tsv")
    assert "201 texts of 3 labels" in said or "header" in said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "c04_mfa_3_columns.tsv",
            "source: word, target: pronunciation, weight: probability",
        ),
        ("c07_unimorph.tsv", "source: lemma, target: form, features: features"),
        ("c05_text_label.csv", "text: text, label: label, header in line 1"),
        ("c06_pairs.jsonl", "source: source, target: target"),
    ],
)
def test_the_usual_tables_are_read(cli, tmp_path, name, said):
    done = cli("train", FAULTS / name, "--out", tmp_path / "run", "--steps", 2)
    assert done.code == 0
    assert said in done.err.splitlines()


def test_segments_by_offset(cli, tmp_path):
    """The first segment is 0.0 to 1.5709 s of the recording, and all eight are 13.64 s."""
    from seqloom.data.speech.manifest import read_manifest

    (tmp_path / "long0.wav").write_bytes(b"")
    path = tmp_path / "manifest.jsonl"
    path.write_bytes((FAULTS / "d01_nemo_offset.jsonl").read_bytes())
    entries = read_manifest(path)
    ends = [(entry.start, entry.end) for entry in entries]
    assert ends[0] == pytest.approx((0.0, 1.5709))
    assert ends[-1] == pytest.approx((12.0775, 13.6421))


def test_dollars_are_drawn(cli, trained, tmp_path):
    model, _ = trained("e01_dollar_labels.tsv")
    figure = tmp_path / "confusion.png"
    done = cli("evaluate", model, FAULTS / "e01_dollar_labels.tsv", "--figure", figure)
    assert done.code == 0, done.err
    assert figure.stat().st_size > 1000
