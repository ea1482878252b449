"""Labelled texts, one a line.

labelled.py     a table of texts and labels, and what validates
reader.py       a text to the symbols that are read
limits.py       how many symbols are known, how many are read
batches.py      encoded texts, and which share a batch
prepare.py      all of it, for training
negation.py     a generator of sentences that are right or wrong by their order alone
"""
