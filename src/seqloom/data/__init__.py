"""Files to examples to padded batches with lengths. NumPy and the standard library, no torch.

given.py                                       a data set, files, or what Python holds
guess.py                                       which task data are for
tables/                                        any source as named columns and rows
vocabulary.py, levels.py, subwords.py          texts to numbers
code_points.py, ragged.py                      very many of them
hashes.py, seen.py, unknown.py                 splits and fingerprints, rows that are known again
pairs/                                         transduce
texts/                                         classify
text/                                          generate
series/                                        forecast
speech/                                        transcribe

In each folder `prepare.py` makes of what the user gave what training wants, with a report.
"""
