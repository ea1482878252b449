"""The speed of a training run, and its loss as it is shown."""

import time


class Clock:
    """What is trained on per second, validations left out."""

    def __init__(self, unit: str) -> None:
        """
        Args:
            unit: What is counted, e.g. `symbols`.
        """
        self.unit = unit
        self.count = 0
        self.seconds = 0.0
        self._since = time.perf_counter()

    def start(self) -> None:
        """Training goes on."""
        self._since = time.perf_counter()

    def add(self, count: int) -> None:
        """A step over so many is done."""
        now = time.perf_counter()
        self.count, self.seconds, self._since = (
            self.count + count,
            self.seconds + now - self._since,
            now,
        )

    @property
    def rate(self) -> float:
        """So many per second so far."""
        return self.count / self.seconds if self.seconds else 0.0


def smoothed(before: float, loss: float) -> float:
    """The loss to show after a step: a moving average; `before` is 0 at the first."""
    return 0.98 * before + 0.02 * loss if before else loss
