"""What the prepared data of every task have in common."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Data as training wants them.

    Attributes:
        fingerprint: SHA-256 of the training and validation data; a resumed run must find it again.
        rows_seen: A sketch of the training and validation rows (`seen.py`), by which `evaluate`
            knows them again; `None` where the model file says it in another way.
        report: What was read, guessed and left out, a line each.
    """

    fingerprint: str
    rows_seen: dict[str, str] | None = None
    report: tuple[str, ...]
