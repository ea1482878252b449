"""BLEU and chrF of a whole test set, by sacrebleu, with bootstrap intervals.

Both run from 0 to 100 and take plain text. The value is sacrebleu's, and its signature says how
it was made; the interval is ours (bootstrap.py), because sacrebleu's copies the whole test set
1000 times (about 900 MB for chrF at 12,000 outputs) and gives a half-width, not two ends.

Sources may have unequal numbers of references. sacrebleu wants streams of equal length and
leaves out `None`; an empty string there would be a real, empty reference.

BLEU counts runs of up to four tokens, so it says nothing about outputs that are shorter: where most
references have fewer than four tokens it is left out. `char` scores single words by their letters.

Source: Papineni et al., "BLEU", ACL 2002; Popović, "chrF", WMT 2015; Post, "A Call for Clarity
in Reporting BLEU Scores", WMT 2018.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np

from .. import bootstrap
from ..errors import ConfigError
from ..extras import missing_extra
from .error_rates import Score

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric

LONGEST = 4  # tokens of a run that counts
# sacrebleu's others download a model or need another package.
TOKENIZERS = ("13a", "char", "intl", "none", "zh")


def check_tokenizer(where: str, tokenizer: str) -> None:
    """Check that `tokenizer` is one of TOKENIZERS.

    Raises:
        ConfigError: It is not.
    """
    if tokenizer not in TOKENIZERS:
        raise ConfigError(
            f"{where}: `bleu_tokenizer` must be one of {', '.join(TOKENIZERS)}, "
            f"got {tokenizer!r}. Use 'none' for symbols separated by spaces, '13a' for prose."
        )


def corpus_bleu(
    outputs: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    tokenizer: str = "13a",
    seed: int = 0,
) -> tuple[Score | None, str]:
    """BLEU-4 of plain texts, case kept, and sacrebleu's signature.

    Neither if fewer than half of the references have 4 tokens.

    Args:
        outputs: One text per source, at least one source.
        references: One or more texts per source.
        tokenizer: One of TOKENIZERS; "none" splits at spaces only.
        seed: Of the bootstrap.

    Raises:
        ConfigError: The tokenizer is unknown.
        MissingExtraError: sacrebleu is not installed.
    """
    check_tokenizer("corpus_bleu", tokenizer)
    try:
        from sacrebleu.metrics.bleu import BLEU
    except ModuleNotFoundError as error:
        raise missing_extra("corpus_bleu", error) from error
    # `force` silences the guess that text ending in " ." was tokenised by mistake.
    metric = BLEU(tokenize=tokenizer, force=True)
    texts = [text for accepted in references for text in accepted]
    long = sum(len(metric.tokenizer(text).split()) >= LONGEST for text in texts)
    if 2 * long < len(texts):
        return None, ""
    return _score(metric, outputs, references, seed)


def corpus_chrf(
    outputs: Sequence[str], references: Sequence[Sequence[str]], *, seed: int = 0
) -> tuple[Score, str]:
    """chrF2 of plain texts, case kept and spaces left out, and sacrebleu's signature.

    Args:
        outputs: One text per source, at least one source.
        references: One or more texts per source.
        seed: Of the bootstrap.

    Raises:
        MissingExtraError: sacrebleu is not installed.
    """
    try:
        from sacrebleu.metrics.chrf import CHRF
    except ModuleNotFoundError as error:
        raise missing_extra("corpus_chrf", error) from error
    return _score(CHRF(), outputs, references, seed)


def _score(
    metric: "Metric", outputs: Sequence[str], references: Sequence[Sequence[str]], seed: int
) -> tuple[Score, str]:
    """The score from the sums of sacrebleu's counts, over the test set and over resamples.

    The two private methods have been sacrebleu's own inner steps since 2.0; the tests compare
    the value with its public functions.
    """
    streams = list(zip_longest(*references))
    counts = np.array(metric._extract_corpus_statistics(outputs, streams), dtype=np.float64)

    def value(sums: np.ndarray) -> float:
        return float(metric._compute_score_from_stats(sums.tolist()).score)

    resampled = bootstrap.resampled_sums(counts, seed=seed)
    low, high = bootstrap.percentiles(np.array([value(sums) for sums in resampled]))
    return Score(value(counts.sum(axis=0)), low, high, ""), str(metric.get_signature())
