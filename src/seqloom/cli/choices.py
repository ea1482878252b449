"""Options with a closed set of values: what help lists and the shell completes.

Written out, because the rooms that know them are too large to load for a help text; a test holds
them equal to those. The rooms refuse other values.
"""

from collections.abc import Callable

from ..tasks import TASKS

TASK_NAMES = tuple(TASKS)
ARCHITECTURES = ("recurrent", "transformer", "fully-connected", "ctc", "las")
CELLS = ("rnn", "lstm", "gru")
FORMS = (
    *("auto", "table", "mfa", "cmudict", "misaki", "inflection", "fasttext", "gluonts"),
    *("common-voice", "ljspeech", "kaldi", "audio-folder", "class-folder", "lexicon"),
)
WRITTEN = ("mfa", "lexicon", "cmudict", "tsv", "csv", "jsonl", "parquet")
LINKS = ("attention", "context")
ENGINES = ("auto", "native", "numpy")
DEVICES = ("auto", "cpu", "cuda", "mps")
LEVELS = ("50", "80", "90", "95")
DTYPES = ("int8", "float16")
BASELINES = ("naive", "seasonal naive", "drift", "naive2", "theta", "ets")
BUDGETS = ("minutes", "parameters", "steps")
NETWORKS = ("fully-connected", "rnn", "lstm", "gru", "attention", "transformer")
PROBES = ("adding", "copy", "negation", "recall")
FIGURES = ("overview", "gradient", "importance", "attention", "gates", "states")
TRACKERS = ("tensorboard", "mlflow", "wandb", "trackio")
PATTERNS = ("vowel", "capital", "position", "inside-quotes", "in-brackets", "line-length")

Completion = Callable[[str], list[str]]


def listed(names: tuple[str, ...], joiner: str = "or") -> str:
    """Names for a sentence: `rnn, lstm or gru`."""
    return f"{', '.join(names[:-1])} {joiner} {names[-1]}"


def one_of(names: tuple[str, ...]) -> Completion:
    """Completes one of the names."""

    def complete(incomplete: str) -> list[str]:
        return [name for name in names if name.startswith(incomplete)]

    return complete


def some_of(names: tuple[str, ...]) -> Completion:
    """Completes names between commas."""

    def complete(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        taken = before.split(",")
        return [before + comma + n for n in names if n.startswith(last) and n not in taken]

    return complete
