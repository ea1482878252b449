"""Pairs of source and target.

pairs.py        a table of pairs
cmudict.py      a dictionary of pronunciations, as a data set
load.py         pairs of a file or of that data set
split.py        what validates
passes.py       all rows in two passes, for data larger than memory
batches.py      encoded pairs, and which share a batch
prepare.py      all of it, for training
"""
