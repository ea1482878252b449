"""What a user asked of `predict`, `evaluate` or `inspect`, checked against what the task knows."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ConfigError

ARGUMENTS = ("texts", "file", "given")  # always given, no options
# what `inspect` knows for every task, and for those whose data are texts
DRAWN = ("given", "page", "trace", "figure", "what", "as_json")
SEARCHED = ("data", "layer", "step", "span", "pattern")


@dataclass(frozen=True)
class Request:
    """Options as they were given.

    Attributes:
        command: `predict`, `evaluate` or `inspect`.
        model: Path of the model file.
        options: Value by name of the option, as in Python: `top_k`.
    """

    command: str
    model: Path
    options: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        """The value of an option; `None` if it was not given."""
        if name not in self.options:
            raise AttributeError(name)
        return self.options[name]

    def only(self, task: str, *names: str) -> None:
        """Refuse options that a task does not know.

        Args:
            task: The model's task.
            names: The options that it knows.
        Raises:
            ConfigError: Another one was given.
        """
        for name, value in self.options.items():
            given = value is not None and value is not False and value != []  # 0 is given
            if given and name not in names:
                shown = "json" if name == "as_json" else name.replace("_", "-")
                hidden = ("as_json", *ARGUMENTS)
                known = sorted(n.replace("_", "-") for n in names if n not in hidden)
                raise ConfigError(
                    f"{self.command}: `--{shown}` must be an option of the task {task}, got a "
                    f"model that does not know it. It knows: {', '.join(known)}."
                )
