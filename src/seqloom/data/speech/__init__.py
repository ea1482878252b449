"""Speech: a manifest of recordings to features.

manifest.py      which files, what is said in them
audio.py         reading and resampling
log_mel.py       features, of a file or of a stream
augment.py       speed, loudness, masks
recordings.py    many recordings in memory, and batches of them
tones.py         a generator of sound with transcripts
prepare.py       all of it, for training
"""
