"""What practitioners hold: forms of files and folders that have names and readers of their own.

form.py                             what a form is
dictionaries.py                     MFA, CMUdict, lexicon.txt, misaki
inflection.py                       UniMorph and SIGMORPHON
parallel.py                         two aligned files of text
labelled_files.py                   fastText, a folder per class
recordings.py, kaldi.py             Common Voice, LJSpeech, a folder of audio, Kaldi's folders
gluonts.py                          JSON lines of whole series
known.py                            the list of them all, and which one a file is
entries.py                          dictionaries written
"""
