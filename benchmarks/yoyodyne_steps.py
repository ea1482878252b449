"""Seconds of each training step of yoyodyne; run by against_yoyodyne.py in the peer's environment.

python benchmarks/yoyodyne_steps.py TRAIN.tsv STEPS    # prints a JSON list
"""

import json
import logging
import sys
import tempfile
import time

import lightning
from yoyodyne import data, models
from yoyodyne.models import modules


class Clock(lightning.Callback):
    def __init__(self):
        self.ends = []

    def on_train_batch_end(self, *_):
        self.ends.append(time.perf_counter())


def main():
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        pairs = data.DataModule(model_dir=folder, train=sys.argv[1], target_sep=" ", batch_size=128)
        lightning.seed_everything(1)
        model = models.SoftAttentionLSTMModel(
            source_encoder=modules.LSTMEncoder(embedding_size=128, hidden_size=256),
            decoder_hidden_size=256,
            embedding_size=128,
            vocab_size=pairs.vocab_size,
            target_vocab_size=pairs.target_vocab_size,
        )
        clock = Clock()
        lightning.Trainer(
            accelerator="cpu",
            max_steps=int(sys.argv[2]),
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            limit_val_batches=0,
            callbacks=[clock],
        ).fit(model, datamodule=pairs)
    print(json.dumps([b - a for a, b in zip(clock.ends, clock.ends[1:])]))  # noqa: B905


if __name__ == "__main__":
    main()
