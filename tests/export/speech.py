"""Model files of speech in memory, with random weights: for tests of the file and the runtime."""

from typing import Any

import numpy as np
import torch
from torch import nn

from seqloom.config.transcribe import CTCConfig, ListenConfig, ModelConfig, TranscribeDecodingConfig
from seqloom.data.speech.log_mel import FeatureSetup
from seqloom.data.speech.recordings import Normaliser
from seqloom.data.vocabulary import EOS, Vocabulary
from seqloom.export.model_file import ModelFile
from seqloom.export.parts.transcribe import TranscribeParts
from seqloom.models.ctc import CTCRecogniser
from seqloom.models.listener import Listener

CONFIGS: dict[str, ModelConfig] = {
    **{
        f"ctc {cell}, {'both ways' if both else 'one way'}": CTCConfig(
            cell=cell, hidden_size=6, layers=2, bidirectional=both
        )
        for cell in ("rnn", "lstm", "gru")
        for both in (True, False)
    },
    **{
        f"las {cell}": ListenConfig(
            cell=cell, hidden_size=5, embedding_size=3, attention_size=4, filters=2, filter_reach=2
        )
        for cell in ("rnn", "lstm", "gru")
    },
}


def noise(samples: int, seed: int = 0) -> np.ndarray:
    """Noise whose loudness and colour change all the time, float32."""
    random = np.random.default_rng(seed)
    white = random.normal(size=samples)
    slow = np.repeat(random.uniform(0.0, 0.2, samples // 400 + 1), 400)[:samples]
    tone = np.sin(np.cumsum(np.repeat(random.uniform(0.1, 2.5, samples // 700 + 1), 700)[:samples]))
    return (slow * (0.3 * white + tone)).astype(np.float32)


def random_speech_model(config: ModelConfig, **parts: Any) -> tuple[ModelFile, nn.Module]:
    """A model file and the torch network with the same float32 weights; outputs vary."""
    setup = FeatureSetup(sample_rate=8000, mels=7, stack=2)
    text = Vocabulary.learn(["abcde"], "characters")
    with torch.random.fork_rng():
        torch.manual_seed(3)
        kind = CTCRecogniser if isinstance(config, CTCConfig) else Listener
        network = kind(config, setup.size, len(text)).float().eval()
        with torch.no_grad():
            for weight in network.parameters():
                weight.mul_(1.5).add_(torch.randn_like(weight), alpha=0.1)
            network.output.weight.mul_(8.0)
            network.output.bias.zero_()
            if kind is Listener:
                network.output.bias[EOS] -= 2.0  # or the best output of many would be empty
    file = ModelFile(
        task="transcribe",
        model=config,
        decoding=TranscribeDecodingConfig(beam=1 if isinstance(config, CTCConfig) else 3),
        parts=TranscribeParts(
            **{
                "features": setup,
                "normal": Normaliser(np.linspace(-0.4, 1.3, 7), np.full(7, 2.0)),
                "text": text,
                "length_ratio": 0.2,
                "max_seconds": 2.0,
                **parts,
            }
        ),
        training={"seed": 3, "versions": {"torch": "2"}},
        tensors={name: w.detach().numpy() for name, w in network.named_parameters()},
    )
    return file, network
