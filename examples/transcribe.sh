#!/usr/bin/env bash
# Sound to text in under two minutes: numbers dialled on a telephone, generated here.
# Needs the extras `train` and `speech`. Leaves the folder tones-example/.
set -euo pipefail

seqloom make tones --out tones-example/data --count 400
seqloom train tones-example/data/train.tsv --out tones-example/run \
  --config "$(dirname "$0")/../configs/transcribe-stream.toml" --steps 1000
seqloom evaluate tones-example/run/best.safetensors tones-example/data/test.tsv
seqloom predict tones-example/run/best.safetensors tones-example/data/wav/0039[5-9].wav
# the same, while it is heard: raw 16-bit sound in a pipe (a WAV file's first 44 bytes are no sound)
tail -c +45 tones-example/data/wav/00399.wav | seqloom predict tones-example/run/best.safetensors --stream
