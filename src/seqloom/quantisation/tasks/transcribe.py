"""Speech: the probabilities of symbols at every step of sound, or along the transcripts."""

import numpy as np

from ...data.speech.manifest import read_manifest
from ...data.speech.recordings import pad_features
from ...evaluation.tasks.transcribe import TranscribeEvaluation, recordings
from ...networks.recognisers import CTC
from ...runtime.transcribe import Transcriber
from ..asking import Asked, along, evenly, values
from ..costs import Questions

RECORDINGS = 32


def questions(model: Transcriber, data: object) -> Questions:
    """The symbols of some recordings.

    Raises:
        DataError: The manifest or a recording breaks a rule.
    """
    utterances = read_manifest(data)
    chosen = [utterances[place] for place in evenly(len(utterances), RECORDINGS)]
    features = [model.features(sound.samples) for sound in recordings(model, chosen)]
    targets = [model.parts.text.encode(utterance.text) for utterance in chosen]
    source, lengths = pad_features(features)

    def ask(model: Transcriber) -> np.ndarray:
        network = model.runner
        if not isinstance(network, CTC):
            return along(network, source, lengths, targets)
        said_BTV = network.forward(source, lengths)
        real = np.arange(said_BTV.shape[1]) < lengths[:, None]
        found: np.ndarray = said_BTV[real]
        return found

    is_ctc = isinstance(model.network, CTC)
    return Questions(ask, "divergence", "nats a step" if is_ctc else "nats a symbol")


def scores(found: TranscribeEvaluation) -> dict[str, float]:
    """Word and character error rate."""
    return values(
        {
            "word error rate": found.scores.word_error_rate,
            "character error rate": found.scores.character_error_rate,
        }
    )


ASKED = Asked(questions, scores)
