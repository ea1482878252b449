"""The folder of one run: settings, log, checkpoint, model, curve. A run never overwrites a run."""

import contextlib
import itertools
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..config.layout import anything, checked, elsewhere, keys, number, text, whole
from ..errors import RunError
from ..files import explaining, replacing
from .pace import Pace

RUNS = Path("runs")  # where runs are kept whose folder is not given

_STEP, _FINE = whole(0, 1 << 53), {"seconds": number}
_NAMES = {"data": elsewhere, "valid": elsewhere, "report": elsewhere}  # of files: any bytes
_START = keys({}, {"from": keys({"file": text(), "sha256": text()})}, elsewhere)
_EVENT = keys({"event": text()}, {"step": _STEP, **_FINE, **_NAMES}, anything)
_VALIDATION = keys({"event": text(), "step": _STEP, "loss": number, **_FINE}, {}, anything)
_PACE = keys({"step": _STEP, "steps": _STEP, "every": _STEP}, {}, anything)
_VALID = keys({"share": number}, {}, anything)
_GLOB = set("*?[]")
_PACKED = (".gz", ".zst", ".bz2", ".xz")
_LENGTHEN = keys({"step": _STEP, "pace": text(), "seconds": number}, {"minutes": number}, anything)
_KINDS = {
    "validation": _VALIDATION,
    "pace": _PACE,
    "valid": _VALID,
    "lengthen": _LENGTHEN,
    "start": _START,
}


class RunFolder:
    """Paths of a run, and the only code that writes its settings and its log."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "config.toml"
        self.log = path / "log.jsonl"
        self.checkpoint = path / "last.ckpt.safetensors"
        self.best = path / "best.safetensors"
        self.start = path / "start.safetensors"
        self.curve = path / "curve.png"
        self.lock = path / ".lock"

    def create(self) -> None:
        """Make the folder.

        Raises:
            RunError: It exists and is not empty, or cannot be made.
        """
        with explaining(self.path, "train"):
            if self.path.exists() and not self.path.is_dir():
                raise RunError(
                    f"train: `{self.path}` must be a folder, new or empty, got a file. "
                    "Choose another --out."
                )
            if self.path.exists() and not self._unbegun():
                fix = "Choose another --out"
                if self.log.exists():
                    fix += f", or continue that run: seqloom train --resume {self.path}"
                raise RunError(f"train: `{self.path}` already contains files. {fix}.")
            self.path.mkdir(parents=True, exist_ok=True)

    def keep(self, data: Path) -> Path:
        """Copy data that cannot be read again, of standard input, into the folder.

        Raises:
            RunError: They cannot be written.
        """
        kept = self.path / "standard-input"
        with explaining(kept, "train"):
            shutil.copyfile(data, kept)
        return kept

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes out of the folder, where the system has such locks.

        Raises:
            RunError: Another process trains in it.
        """
        try:
            import fcntl
        except ImportError:  # not on this system
            yield
            return
        while True:
            with explaining(self.lock, "train"):
                file = open(self.lock, "w")  # noqa: SIM115
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.close()
                raise RunError(
                    f"train: `{self.path}` must not be in use, got a run that is being trained. "
                    "Wait for it, or stop it."
                ) from error
            except OSError:  # not on this disk
                break
            if _is_open(self.lock, file.fileno()):
                break
            file.close()  # whoever held it has removed it in between: it locks nothing any more
        try:
            yield
        finally:  # removed while it is held, so that nobody else's can be removed
            with contextlib.suppress(OSError):
                self.lock.unlink()
            file.close()

    def _unbegun(self) -> bool:
        """True for a folder that is empty, or that a run left before its first line of log."""
        names = {path.name for path in self.path.iterdir() if not path.name.endswith(".part")}
        return names <= {self.config.name, self.lock.name, self.start.name}

    def write_config(self, text: str) -> None:
        """Write the settings as resolved."""
        with replacing(self.config, "train") as beside:
            beside.write_text(text, encoding="utf-8")

    def write_start(self, model: Path) -> None:
        """Keep the model that the run begins with: a resumed run reads it again."""
        with replacing(self.start, "train") as beside:
            beside.write_bytes(model.read_bytes())

    def append(self, event: Mapping[str, object]) -> None:
        """Add one event to the log."""
        with explaining(self.log, "train"), open(self.log, "ab") as file:
            file.write(_line(event))

    def events(self) -> list[dict[str, Any]]:
        """The events of the log; a last line that was cut off by a kill is left out."""
        try:
            content = self.log.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise RunError(
                f"train: `{self.log}` must be the log of a run, got: {error.strerror}. "
                "Give the folder of a run to --resume."
            ) from error
        lines = content[: content.rfind("\n") + 1]
        try:
            return [
                _event(line, f"line {place}")
                for place, line in enumerate(lines.split("\n")[:-1], start=1)
            ]
        except ValueError as error:
            raise RunError(
                f"train: `{self.log}` must be the log of a run, got a line that is not: {error} "
                "Give the folder of a run to --resume."
            ) from error

    def rewind(self, step: int) -> None:
        """Forget events after a step, which a resumed run will write again; and killed writes."""
        with explaining(self.path, "train"):
            for part in self.path.glob(".*.part"):
                part.unlink(missing_ok=True)
        kept = [event for event in self.events() if event.get("step", 0) <= step]
        with replacing(self.log, "train") as beside:
            beside.write_bytes(b"".join(map(_line, kept)))


def default_folder(data: object) -> Path:
    """The folder of a run that is given none: `runs/NAME`, numbered from 2 if that is in use.

    Args:
        data: What the run trains on. NAME is a file's name without its suffixes, or `data` for
            what has no name.
    Returns:
        A folder that is absent or empty.
    """
    name = _name_of(data)
    for place in itertools.count(1):
        path = RUNS / (name if place == 1 else f"{name}-{place}")
        if not path.exists() or (path.is_dir() and not any(path.iterdir())):
            return path
    raise AssertionError("numbers do not end")


def _name_of(data: object) -> str:
    if not isinstance(data, str | os.PathLike):
        return "data"
    path = Path(os.path.abspath(data))
    named = [part for part in (path, *path.parents) if part.name and not set(part.name) & _GLOB]
    if data == "-" or not named:
        return "data"
    name = named[0].name
    if not named[0].is_dir():
        while Path(name).suffix in _PACKED:
            name = Path(name).stem
        name = Path(name).stem
    return name.strip(". ") or "data"


def _line(event: Mapping[str, object]) -> bytes:
    """A line of the log; what UTF-8 cannot say, a file's name of other bytes, is escaped."""
    text = json.dumps(event, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace")


def _is_open(path: Path, number: int) -> bool:
    """Whether a path still names the file that was opened under this number."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(number))
    except OSError:
        return False


def _event(line: str, where: str) -> dict[str, Any]:
    """An event of the log.

    Raises:
        ValueError: The line holds something else.
    """
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{where}: no JSON.") from error
    event: dict[str, Any] = checked(_EVENT, found, where, "event")
    if event["event"] in _KINDS:
        checked(_KINDS[event["event"]], event, where, "event")
    if event["event"] == "lengthen":
        try:
            Pace.read(event["pace"])
        except ValueError as error:
            raise ValueError(f"{where}: `event.pace` is no plan.") from error
    return event
