"""The folder of a comparison or a probe: what it is for, its runs, results.json.

Files are JSON, written beside and renamed, so one that is there is whole. The plan's file says what
the folder is for; the same request continues there and another one is refused. Checked by
`tests/comparison/test_plan.py`, `test_compare.py` and `probes/test_grid.py`.
"""

import datetime
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from ..errors import RunError
from ..files import explaining, replacing
from ..plain import JSON, json_safe
from ..training.run_folder import RunFolder
from ..training.shipping import versions
from .live import Watcher
from .records import FORMAT


class Interrupted(Exception):
    """The user asked to stop; what was done so far is kept."""


def read_json(path: Path) -> Any:
    """What a file holds; `None` if there is none, or it is damaged."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_json(path: Path, values: Mapping[str, object]) -> None:
    """Write a file; numbers that are not finite become null.

    Raises:
        RunError: It cannot be written.
    """
    with replacing(path, "compare") as beside:
        text = json.dumps(json_safe(cast("JSON", values)), ensure_ascii=False, allow_nan=False)
        beside.write_text(text + "\n", encoding="utf-8")


def find_plan(path: Path, runs: str, asked: Mapping[str, object]) -> Any:
    """The plan that a folder has; `None` if the folder is new, and then made.

    Args:
        path: The plan's file.
        runs: The subfolder that is made.
        asked: What has to be the same, by name; the plan has it in `asked` or by itself.
    Raises:
        RunError: The folder holds other files or another plan, or cannot be written to.
    """
    folder = path.parent
    if not path.exists():
        with explaining(folder, "compare"):
            others = [p.name for p in folder.iterdir()] if folder.is_dir() else []
            foreign = sorted({*others} - {".lock", runs})
            if foreign:
                raise RunError(
                    f"compare: `{folder}` already contains other files ({foreign[0]}). "
                    "Choose another --out."
                )
            (folder / runs).mkdir(parents=True, exist_ok=True)
        return None
    kept = read_json(path)
    before = kept.get("asked", kept) if kept else {}
    if kept is None or kept.get("format") != FORMAT or not {*asked} <= {*before}:
        raise RunError(f"compare: `{path}` is damaged or of another version. Choose another --out.")
    words = {"files": "data"}
    for name, value in json.loads(json.dumps(asked)).items():  # tuples are lists in the file
        if before[name] != value:
            raise RunError(
                f"compare: `{folder}` holds results of other {words.get(name, name)}. "
                "Choose another --out, or repeat the command that began it."
            )
    return kept


def head(kind: str, *, finished: bool) -> dict[str, object]:
    """What every results.json begins with."""
    import torch  # the process that times predictions needs none

    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        "format": FORMAT,
        "kind": kind,
        "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "finished": finished,
        "versions": versions(),
        "threads": torch.get_num_threads(),
    }


def carry_out(
    folder: Path,
    watcher: Watcher,
    work: Callable[[], None],
    collect: Callable[[bool], dict[str, object]],
) -> dict[str, object]:
    """Do the runs of a folder until all are done or the user stops, and write the results.

    Args:
        folder: Held meanwhile, so that no other process works in it.
        watcher: Closed at the end.
        work: Does the runs that are missing.
        collect: The contents of results.json, told whether all is done.
    """
    with RunFolder(folder).held():
        try:
            work()
            finished = True
        except (Interrupted, KeyboardInterrupt):
            finished = False
        finally:
            watcher.close()
        results = collect(finished)
        write_json(folder / "results.json", results)
    return results
