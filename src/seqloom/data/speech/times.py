"""From when to when a line of a manifest means its recording, by whatever names it says so.

    role       names                                     units, behind a name
    start      start begin beginning offset onset        s sec secs second seconds (the usual one)
    end        end stop                                  ms msec msecs millisecond milliseconds
    duration   duration dur

A name may have `time`, `audio`, `recording`, `segment`, `utterance`, `clip` or `speech` around it,
in any case and with any sign between: `start_time`, `endTime`, `offset (ms)`, `segment-start`. Of
end and duration one is enough. A name that has such words and others besides, and a number under
it, is refused: a part of a recording must not become the whole of it.
Checked by `tests/data/speech/test_times.py`.
"""

import math
import re
from collections.abc import Mapping
from contextlib import suppress

from ...errors import DataError

ROLES = {
    **dict.fromkeys(("start", "starts", "begin", "begins", "beginning", "offset", "onset"), 0),
    **dict.fromkeys(("end", "ends", "ending", "stop", "stops"), 1),
    **dict.fromkeys(("duration", "dur"), 2),
}
UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("ms", "msec", "msecs", "millis", "millisecond", "milliseconds"), 0.001),
}
AROUND = {
    "time", "audio", "recording", "segment", "seg", "utterance", "utt", "clip", "speech", "in",
}  # fmt: skip
TIMES = {*ROLES, *UNITS, "time", "times", "timestamp", "timestamps", "from", "to", "until"} - {"s"}
KNOWN = "start, end, offset and duration, in seconds, or with _ms behind in milliseconds"
AGREE = 0.01  # seconds by which end and start + duration may differ: times are rounded


def part_of(where: str, row: Mapping[str, object]) -> tuple[float, float | None]:
    """Start and end in seconds; the recording's end if `None`.

    Args:
        where: What an error message starts with.
        row: Names and values of a line.
    Raises:
        DataError: A time is no time, two contradict each other, or a name cannot be understood.
    """
    said: dict[int, tuple[str, float]] = {}
    for name, value in row.items():
        meant = meaning(name)
        if meant is None:
            if _is_time(name, value):
                raise DataError(
                    f"{where}: `{name}` looks like a time in the recording, but is no name that "
                    f"can be read. Known are {KNOWN}; delete it or give it another name."
                )
            continue
        seconds = _seconds(where, name, value)
        if seconds is None:
            continue
        role, unit = meant
        other = said.setdefault(role, (name, unit * seconds))
        if abs(other[1] - unit * seconds) > AGREE:
            raise DataError(
                f"{where}: `{other[0]}` and `{name}` differ ({other[1]:g} and {unit * seconds:g} "
                "s). Delete one."
            )
    return _part(where, said)


def meaning(name: str) -> tuple[int, float] | None:
    """Role (0 start, 1 end, 2 duration) and unit in seconds of a name, if it has one."""
    words = _words(name)
    roles = [ROLES[word] for word in words if word in ROLES]
    units = [UNITS[word] for word in words if word in UNITS]
    rest = [word for word in words if word not in ROLES and word not in UNITS]
    if len(roles) != 1 or len(units) > 1 or not AROUND.issuperset(rest):
        return None
    return roles[0], units[0] if units else 1.0


def _part(where: str, said: dict[int, tuple[str, float]]) -> tuple[float, float | None]:
    start = said[0][1] if 0 in said else 0.0
    ends = []
    if 1 in said:
        ends.append(said[1])
    if 2 in said:
        ends.append((said[2][0], start + said[2][1]))
    for name, end in ends:
        if end <= start:
            raise DataError(
                f"{where}: `{name}` ends the part at {end:g} s, which is not after its start at "
                f"{start:g} s. Correct it."
            )
    if len(ends) == 2 and abs(ends[0][1] - ends[1][1]) > AGREE:
        raise DataError(
            f"{where}: the part ends at {ends[0][1]:g} s by `{ends[0][0]}`, at {ends[1][1]:g} s by "
            f"`{ends[1][0]}`. Delete one."
        )
    return start, ends[0][1] if ends else None


def _words(name: str) -> list[str]:
    """Words of a name, in lower case: `startTime (ms)` has three."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [word.lower() for word in re.split(r"[\W_]+", apart) if word]


def _is_time(name: str, value: object) -> bool:
    """Whether a name that is not known may say which part is meant: by its words and its value."""
    words = set(_words(name))
    if TIMES.isdisjoint(words) and not {"length"} <= words <= {"length", *AROUND, *UNITS}:
        return False
    if isinstance(value, str):
        return re.fullmatch(r"\s*[\d:.,]*\d[\d:.,]*\s*(s|ms)?\s*", value) is not None
    return value is not None and not isinstance(value, bool)


def _seconds(where: str, name: str, value: object) -> float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    seconds = math.nan
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        with suppress(ValueError, OverflowError):
            seconds = float(value)
    if not 0.0 <= seconds < math.inf:
        raise DataError(f"{where}: `{name}` is {str(value)[:40]!r}. Write a time, 0 or more.")
    return seconds
