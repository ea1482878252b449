#!/usr/bin/env bash
# Text to label, on data that is generated: does a network understand
# "It is highly unlikely that I would not recommend this movie"?
# About a minute on 2 cores. Run it anywhere; it writes to ./runs and ./negation.
set -euo pipefail
recipe="$(dirname "$0")/../configs/negation.toml"

# Review sentences with nested negations up to 10 words apart, their meaning in `label`.
seqloom make negation --distance 10 --sentences 12000 --out negation

# The mean of the words' vectors knows which words there are, and that is not enough: 50 %.
seqloom train negation/train.tsv --valid negation/valid.tsv --out runs/bag \
  --task classify --architecture fully-connected --epochs 2 --quiet
seqloom evaluate runs/bag/best.safetensors negation/test.tsv --by distance

# An LSTM reads word by word and remembers.
seqloom train negation/train.tsv --valid negation/valid.tsv --out runs/lstm --config "$recipe"
seqloom evaluate runs/lstm/best.safetensors negation/test.tsv --by distance

# The sentence itself, without torch.
seqloom predict runs/lstm/best.safetensors --scores \
  "It is highly unlikely that I would not recommend this movie" \
  "It is highly unlikely that I would recommend this movie"
