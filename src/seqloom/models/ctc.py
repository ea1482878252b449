"""The CTC recogniser: recurrent layers over the sound, a distribution over symbols at every step.

    1   h_1..h_T = layers(x_1..x_T)      one direction or both
    2   p_t      = softmax(W h_t + b)    over the symbols and the blank

Source: Graves, Mohamed & Hinton, "Speech Recognition with Deep Recurrent Neural Networks", ICASSP
2013, with the CTC of Graves et al. 2006. Differs: any cell; no weight noise.

Its NumPy twin is `networks/recognisers.py`; decoding is `decoding/ctc.py`.
"""

from typing import final

from torch import Tensor, nn

from ..config.transcribe import CTCConfig
from ..layers.dropout import Dropout
from ..layers.recurrent import LAYERS
from ..shapes import Float, Int


@final
class CTCRecogniser(nn.Module):
    """Features to log-probabilities of symbols, step by step."""

    def __init__(self, config: CTCConfig, feature_size: int, symbols: int) -> None:
        """
        Args:
            config: Cell and sizes.
            feature_size: F, numbers of one step.
            symbols: V, size of the vocabulary; `PAD` is the blank.
        """
        super().__init__()
        self.config = config
        self.encoder = LAYERS[config.cell](
            feature_size,
            config.hidden_size,
            config.layers,
            batch_first=True,
            dropout=config.dropout if config.layers > 1 else 0.0,
            bidirectional=config.bidirectional,
        )
        self.dropout = Dropout(config.dropout)
        self.output = nn.Linear(self.encoder.output_size, symbols)

    def forward(
        self, features: Float[Tensor, "B T F"], lengths: Int[Tensor, " B"]
    ) -> Float[Tensor, "B T V"]:
        """Log-probabilities of the symbols at each step, in nats.

        Args:
            features: Normalised features; positions from `lengths` on are padding.
            lengths: Real steps per recording, best on the CPU.
        """
        states_BTM, _ = self.encoder(features, lengths=lengths)
        logits: Tensor = self.output(self.dropout(states_BTM))
        return logits.log_softmax(dim=-1)
