"""A model file and its torch network for every network there is: golden, fixed and random ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

from seqloom.config import classify, forecast, generate, transcribe, transduce
from seqloom.export.model_file import ModelFile, read_model
from seqloom.models import build
from seqloom.models.classifier import build_classifier
from seqloom.models.ctc import CTCRecogniser
from seqloom.models.language import build_language
from seqloom.models.listener import Listener
from seqloom.networks import network_of
from seqloom.networks.network import Network
from seqloom.training.tasks.forecast import NETWORKS as FORECASTERS

from ..export import classifiers, forecasts, language_models, models, speech

GOLDEN = sorted((Path(__file__).parents[1] / "export" / "golden").glob("*.safetensors"))
PAIRS = {"Vs": 6, "Vt": 7}
TEXTS = {"V": 9, "C": 3}
TEXT = {"V": 8}
SPEECH = {"F": 5, "V": 6}
SERIES = {"W": 11, "T": 5, "P": 3, "F": 4, "S": 2}

CONFIGS: dict[str, tuple[str, Any, dict[str, int]]] = {
    **{f"pairs: {n}": ("transduce", c, PAIRS) for n, c in models.CONFIGS.items()},
    **{f"texts: {n}": ("classify", c, TEXTS) for n, c in classifiers.CONFIGS.items()},
    **{f"text: {n}": ("generate", c, TEXT) for n, c in language_models.CONFIGS.items()},
    **{f"speech: {n}": ("transcribe", c, SPEECH) for n, c in speech.CONFIGS.items()},
    **{f"series: {n}": ("forecast", c, SERIES) for n, c in forecasts.CONFIGS.items()},
}


def torch_of(task: str, config: Any, sizes: dict[str, int]) -> torch.nn.Module:
    """The torch network of some settings, as training builds it."""
    series = ("window", "horizon", "past_size", "future_size", "static_size")
    if task == "transduce":
        return build(config, sizes["Vs"], sizes["Vt"])
    if task == "classify":
        return build_classifier(config, sizes["V"], sizes["C"])
    if task == "generate":
        return build_language(config, sizes["V"])
    if task == "transcribe":
        kind: Any = CTCRecogniser if config.architecture == "ctc" else Listener
        return kind(config, sizes["F"], sizes["V"])
    named = dict(zip(series, (sizes[letter] for letter in "WTPFS"), strict=True))
    return FORECASTERS[config.architecture](config, **named)


Tensors = dict[str, np.ndarray]


def random_network(
    task: str, config: Any, sizes: dict[str, int], seed: int = 0
) -> tuple[Network, Tensors]:
    """A network, and random weights for its table."""
    network, rng = network_of(task, config, sizes), np.random.default_rng(seed)
    tensors = {w.name: rng.normal(size=w.shape).astype("f4") * 0.4 for w in network.table}
    return network, tensors


def golden_network(path: Path) -> tuple[Network, Tensors]:
    """The network of a golden file, and its tensors."""
    file: ModelFile = read_model(path)
    return network_of(file.task, file.model, file.parts.sizes), file.tensors


def _small(low: int = 1, high: int = 4) -> st.SearchStrategy[int]:
    return st.integers(low, high)


_CELLS = st.sampled_from(["rnn", "lstm", "gru"])
_HEADS = st.sampled_from([(2, 1), (4, 2), (6, 3), (6, 1), (8, 4)])  # D and N


def _heads(make: Callable[..., Any], **options: Any) -> st.SearchStrategy[Any]:
    def made(heads: tuple[int, int], rest: dict[str, Any]) -> Any:
        return make(hidden_size=heads[0], num_heads=heads[1], **rest)

    return st.builds(made, _HEADS, st.fixed_dictionaries(options))


def _pairs(link: str, both: bool, **options: Any) -> Any:
    kind = {"context": {"link": "context"}}.get(link, {"attention": link})
    return transduce.RecurrentPairsConfig(**kind, bidirectional=both and link != "dot", **options)


_OUTPUT = st.sampled_from(["quantile", "gaussian", "point"])
_POOL = st.sampled_from(["max", "mean", "attention", "last"])
_THREE = st.sampled_from(["max", "mean", "attention"])

ANY = st.one_of(
    st.tuples(
        st.just("transduce"),
        st.one_of(
            st.builds(
                _pairs,
                st.sampled_from(["context", "additive", "general", "dot"]),
                st.booleans(),
                encoder_cell=_CELLS,
                decoder_cell=_CELLS,
                embedding_size=_small(),
                hidden_size=_small(),
                attention_size=_small(),
                encoder_layers=_small(1, 3),
                decoder_layers=_small(1, 3),
            ),
            _heads(
                transduce.TransformerPairsConfig,
                feedforward_size=_small(),
                encoder_layers=_small(1, 3),
                decoder_layers=_small(1, 3),
            ),
        ),
        st.just(PAIRS),
    ),
    st.tuples(
        st.just("classify"),
        st.one_of(
            st.builds(
                classify.FullyConnectedClassifierConfig,
                embedding_size=_small(),
                hidden_size=_small(),
            ),
            st.builds(
                classify.RecurrentClassifierConfig,
                cell=_CELLS,
                layers=_small(1, 3),
                bidirectional=st.booleans(),
                pool=_POOL,
                embedding_size=_small(),
                hidden_size=_small(),
                attention_size=_small(),
            ),
            _heads(
                classify.TransformerClassifierConfig,
                feedforward_size=_small(),
                layers=_small(1, 3),
                pool=_THREE,
                attention_size=_small(),
            ),
        ),
        st.just(TEXTS),
    ),
    st.tuples(
        st.just("generate"),
        st.one_of(
            st.builds(
                generate.RecurrentTextConfig,
                cell=_CELLS,
                embedding_size=_small(),
                hidden_size=_small(),
                layers=_small(1, 3),
                layer_norm=st.booleans(),
                tie_weights=st.booleans(),
            ),
            _heads(
                generate.TransformerTextConfig,
                feedforward_size=_small(),
                layers=_small(1, 3),
                context=_small(1, 9),
            ),
            st.builds(
                generate.WindowConfig,
                window=_small(1, 6),
                embedding_size=_small(),
                hidden_size=_small(),
            ),
        ),
        st.just(TEXT),
    ),
    st.tuples(
        st.just("transcribe"),
        st.one_of(
            st.builds(
                transcribe.CTCConfig,
                cell=_CELLS,
                hidden_size=_small(),
                layers=_small(1, 3),
                bidirectional=st.booleans(),
            ),
            st.builds(
                transcribe.ListenConfig,
                cell=_CELLS,
                hidden_size=_small(),
                pyramid_layers=_small(0, 3),
                embedding_size=_small(),
                attention_size=_small(),
                filters=_small(),
                filter_reach=_small(0, 3),
            ),
        ),
        st.just(SPEECH),
    ),
    st.tuples(
        st.just("forecast"),
        st.one_of(
            st.builds(
                forecast.RecurrentForecasterConfig,
                cell=_CELLS,
                attention=st.booleans(),
                decode=st.sampled_from(["direct", "autoregressive"]),
                output=_OUTPUT,
                hidden_size=_small(),
                layers=_small(1, 3),
            ),
            st.builds(
                forecast.FullyConnectedForecasterConfig,
                output=_OUTPUT,
                hidden_size=_small(),
                blocks=_small(0, 3),
            ),
            _heads(
                forecast.TransformerForecasterConfig,
                output=_OUTPUT,
                feedforward_size=_small(),
                layers=_small(1, 3),
            ),
        ),
        st.just(SERIES),
    ),
)
