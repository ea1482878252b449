"""The folder of a search, and what it is for.

    tune.json           the request, the defaults of the data, the length of a trial
    space.toml          what is searched, for --space
    study.db            the study, which Optuna's own tools read
    trials/000 ...      a run each
    trials.csv          a line for each trial
    best.safetensors    the best model
    config.toml         its settings, which repeat its run
    importance.png      which settings mattered

The same request continues a search, also with more minutes or trials; another one is refused.
Checked by `tests/tuning/test_folder.py`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..config.layout import Rule, anything, checked, items, keys, number, table, text, whole
from ..data.given import Given
from ..data.hashes import sha256
from ..errors import DataError, RunError
from ..files import explaining, replacing

FORMAT = 1


def _or_none(rule: Rule[Any]) -> Rule[Any]:
    return lambda value, name: None if value is None else rule(value, name)


_REQUEST = keys(
    {
        "format": whole(FORMAT, FORMAT),
        "data": anything,
        "valid": anything,
        "digests": items(text()),
        "fingerprint": text(),
        "task": text(),
        "settings": table(anything),
        "space": table(anything),
        "seed": whole(0, 1 << 31),
        "minutes": _or_none(number),
        "trials": _or_none(whole(1, 1 << 31)),
        "trial_minutes": _or_none(number),
        "defaults": table(anything),
    }
)
LENGTHENED = ("minutes", "trials")  # what may differ when a search continues


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked of a search, and what followed from it.

    Attributes:
        data, valid: What it trains and validates on: whole paths, or a data set's name; `None` for
            what Python holds.
        task: A key of `TASKS`.
        settings: Nested settings of every trial.
        space: What is searched, as TOML has it.
        seed: Of the drawing.
        minutes, trials: Limits; `None` for none.
    """

    data: object
    valid: object
    task: str
    settings: dict[str, object]
    space: dict[str, dict[str, object]]
    seed: int
    minutes: float | None
    trials: int | None


class TuneFolder:
    """Paths of a search, and its request."""

    def __init__(self, path: Path) -> None:
        """
        Args:
            path: The folder.
        """
        self.path = path
        self.request = path / "tune.json"
        self.space = path / "space.toml"
        self.study = path / "study.db"
        self.trials = path / "trials"
        self.table = path / "trials.csv"
        self.best = path / "best.safetensors"
        self.config = path / "config.toml"
        self.importance = path / "importance.png"

    def read(self) -> dict[str, Any] | None:
        """What the search is for; `None` if the folder is new.

        Raises:
            RunError: The folder has other files, or its request is damaged.
        """
        if not self.request.exists():
            left = {".lock", self.space.name}  # killed before the request was there
            others = [p.name for p in self.path.iterdir()] if self.path.is_dir() else []
            foreign = sorted(n for n in others if n not in left and not n.endswith(".part"))
            if foreign or (self.path.exists() and not self.path.is_dir()):
                has = f" ({foreign[0]})" if foreign else ""
                raise RunError(
                    f"tune: `{self.path}` already contains other files{has}. Choose another --out."
                )
            return None
        try:
            found = json.loads(self.request.read_text(encoding="utf-8"))
            return checked(_REQUEST, found, str(self.request))
        except (OSError, ValueError, RecursionError) as error:
            raise RunError(
                f"tune: `{self.request}` is damaged or of another version. Choose another --out."
            ) from error

    def write(self, request: Mapping[str, object]) -> None:
        """Write what the search is for."""
        with explaining(self.path, "tune"):
            self.path.mkdir(parents=True, exist_ok=True)
        with replacing(self.request, "tune") as beside:
            beside.write_text(json.dumps(request, ensure_ascii=False) + "\n", encoding="utf-8")


def check_same(folder: Path, kept: Mapping[str, Any], asked: Request) -> None:
    """Refuse another request than the folder's.

    Raises:
        RunError: It is another one.
    """
    for name, value in json.loads(json.dumps(asdict(asked))).items():
        if name not in LENGTHENED and kept[name] != value:
            raise RunError(
                f"tune: `{folder}` is a search with other {name}. "
                "Choose another --out, or repeat the command that began it."
            )


def check_data(kept: Mapping[str, Any], data: Given, valid: Given | None) -> None:
    """Refuse files that changed since the search began.

    Raises:
        RunError: They did.
    """
    if kept["digests"] != digests(data, valid):
        raise RunError(
            f"tune: `{data.name}` must be the data that the search began with, got other data. "
            "Bring the old file back, or begin anew with another --out."
        )


def digests(*sources: Given | None) -> list[str]:
    """SHA-256 of the files of each source; the name of a data set, and of what Python holds.

    Raises:
        DataError: One cannot be read, or only once.
    """
    return [_digest(source) for source in sources if source is not None]


def _digest(source: Given) -> str:
    if source.kind in ("set", "python"):
        return source.name
    if source.kind == "stream":
        raise DataError(
            f"tune: `{source.name}` can be read only once, and every trial reads the data. "
            "Write it to a file first."
        )
    try:
        return sha256(file.read_bytes() for file in source.files())
    except OSError as error:
        raise DataError(
            f"tune: `{source.name}` must be readable, got {error.strerror}. Name another file."
        ) from error


def space_toml(space: Mapping[str, Mapping[str, object]]) -> str:
    """A search space as TOML."""
    lines = []
    for section, dimensions in space.items():
        lines += [f"[{section}]", *(f"{k} = {_toml(v)}" for k, v in dimensions.items()), ""]
    return "\n".join(lines)


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
