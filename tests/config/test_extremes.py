"""Settings from files and `--set` that are larger or deeper than any number or list should be."""

import pytest

from seqloom.config import config_from, parse_assignments, read_toml
from seqloom.errors import ConfigError


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        (
            "training.clip_norm=" + "9" * 400,
            "config: `training.clip_norm` must be from 0.001 to 1e+06, got inf.",
        ),
        (
            "training.steps=" + "9" * 400,
            f"config: `training.steps` must be from 1 to 1000000000, got {'9' * 57}....",
        ),
        (
            "training.steps=" + "9" * 5000,
            "config: `training.steps` must be a whole number, got inf.",
        ),
        ("training.seed=nan", "config: `training.seed` must be a whole number, got nan."),
        (
            "model.architecture=\x1b[2J\n",
            r"config: `model.architecture` must be one of recurrent, transformer, got '\x1b[2J'.",
        ),
    ],
)
def test_huge_numbers_and_odd_texts(assignment, message):
    with pytest.raises(ConfigError) as caught:
        config_from(parse_assignments([assignment]))
    assert str(caught.value) == message


def test_a_setting_of_another_type_is_no_choice():
    with pytest.raises(ConfigError, match=r"`decoding.level` must be one of 50, 80, 90, 95, got "):
        config_from({"task": "forecast", "decoding": {"level": 80.0}})


def test_deep_toml(tmp_path):
    path = tmp_path / "deep.toml"
    path.write_text("a = " + "[" * 100_000 + "]" * 100_000)
    with pytest.raises(ConfigError) as caught:
        read_toml(path)
    assert str(caught.value) == f"config: `{path}` is nested too deeply."
