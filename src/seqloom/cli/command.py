"""A command whose options are the fields of a dataclass, each declared once.

    @dataclass(frozen=True, kw_only=True)
    class Sizes(ModelOptions):
        nbest: Annotated[int | None, option("Number of labels.", CLASSIFY)] = None

    @command(Sizes)
    def sizes(options: Sizes) -> None:
        ...

typer makes the help and the parameters from the fields. Checked by `tests/cli/test_options.py`.
"""

import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, NamedTuple, TypeVar

import typer
from typer.models import ArgumentInfo, OptionInfo

from ..errors import ConfigError
from ..tasks import TASKS
from .choices import Completion

Options = TypeVar("Options")
Note = TypeVar("Note")
# headings under which the help lists options that not every task knows
TRANSDUCE, CLASSIFY, FORECAST = "transduce", "classify", "forecast"
TRANSCRIBE, GENERATE = "transcribe", "generate"
ALWAYS_KNOWN = ("json", "explain")  # options that a list of a task's own leaves out


class For(NamedTuple):
    """The tasks that know an option, where they are not those of its heading in the help."""

    tasks: tuple[str, ...]


def option(
    text: str,
    *tasks: str,
    heading: str | None = None,
    complete: Completion | None = None,
    flags: str = "",
) -> OptionInfo:
    """An option of a command.

    Args:
        text: Its help.
        tasks: Those that know it, which are its heading in the help; all if none is named.
        heading: Another heading.
        complete: What the shell completes.
        flags: How it is written, if not as its field.
    """
    panel = heading or ", ".join(tasks) or None
    found: OptionInfo = typer.Option(
        *flags.split(), help=text, rich_help_panel=panel, autocompletion=complete
    )
    return found


def command(
    options: Callable[..., Options],
) -> Callable[[Callable[[Options], None]], Callable[..., None]]:
    """Make a typer command of a function of a dataclass.

    Args:
        options: The dataclass; a field's type is annotated with its `option` or
            `typer.Argument`.
    """

    def decorate(run: Callable[[Options], None]) -> Callable[..., None]:
        @functools.wraps(run)
        def called(**given: object) -> None:
            run(options(**given))

        called.__dict__["__signature__"] = inspect.signature(options)
        return called

    return decorate


def flag_of(name: str) -> str:
    """A field's option on the command line, without its dashes."""
    return "json" if name == "as_json" else name.replace("_", "-")


def given_options(options: object) -> Iterator[tuple[str, object]]:
    """Name and value of the fields that the user gave; 0 and an empty text are given."""
    for name, value in vars(options).items():
        if value is not None and value is not False and value != []:
            yield name, value


@dataclass(frozen=True, kw_only=True)
class ModelOptions:
    """Options of a command on a model file, some of which only some tasks know.

    Attributes:
        COMMAND: Its name.
    """

    COMMAND: ClassVar[str]

    model: Annotated[Path, typer.Argument(help="A model file or a run's folder, e.g. runs/words.")]

    def check_known(self, task: str) -> None:
        """Refuse options that a task does not know.

        Raises:
            ConfigError: One was given.
        """
        known = {f.name: f for f in dataclasses.fields(self) if task in _tasks_of(f)}
        for name, _ in given_options(self):
            if name not in known:
                flags = sorted(flag_of(n) for n, f in known.items() if not _note(f, ArgumentInfo))
                own = ", ".join(flag for flag in flags if flag not in ALWAYS_KNOWN)
                raise ConfigError(
                    f"{self.COMMAND}: `--{flag_of(name)}` is not an option for {task} models. "
                    f"Their options: {own}."
                )


def _note(field: "dataclasses.Field[object]", kind: type[Note]) -> Note | None:
    """What is noted at a field's type, by its class."""
    notes: tuple[object, ...] = getattr(field.type, "__metadata__", ())
    return next((note for note in notes if isinstance(note, kind)), None)


def _tasks_of(field: "dataclasses.Field[object]") -> tuple[str, ...]:
    """The tasks that know an option: those that its heading names; all if it names none."""
    if only := _note(field, For):
        return only.tasks
    option = _note(field, OptionInfo)
    heading = (option and option.rich_help_panel) or ""
    return tuple(task for task in TASKS if task in heading) or tuple(TASKS)
