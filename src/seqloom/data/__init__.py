"""Files to examples to padded batches with lengths. NumPy and the standard library, no torch.

guess.py                                       which task a file is for
text_file.py                                   bytes to text, or a precise complaint
vocabulary.py, levels.py, subwords.py          texts to numbers
pairs.py, cmudict.py, batching.py              transduce
labelled.py, text_reader.py, text_batches.py   classify; negation.py makes its probe
text.py, streams.py, pieces.py                 generate
series/                                        forecast
speech/                                        transcribe
"""
