"""Running text.

text.py         a file or a folder, and its end that validates
streams.py      places that are read side by side
prepare.py      all of it, for training
"""
