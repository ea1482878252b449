#!/bin/sh
# Learn the language reference that comes with Python, then write more of it: under two minutes.
# Run it in an empty folder; MINUTES is how long it trains.
set -e
python - <<'END'
from pydoc_data.topics import topics
text = "\n\n".join(topics.values())
place = text.rindex("\n\n", 0, int(0.9 * len(text)))
open("begin.txt", "w", encoding="utf-8").write(text[:place])
open("end.txt", "w", encoding="utf-8").write(text[place:])
END
seqloom train begin.txt --valid end.txt --out run --minutes "${MINUTES:-1}" --set model.hidden_size=256
seqloom evaluate run/best.safetensors end.txt --baselines begin.txt
seqloom predict run/best.safetensors "The \"while\" statement" --length 400 --temperature 0.6 --seed 1
