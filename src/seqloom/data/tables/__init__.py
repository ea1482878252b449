"""Any source as a table: named columns, and rows read when they are asked for.

text_file.py, binary_kinds.py       bytes to text, or a precise complaint
table.py                            a table and its parts
delimited.py, json_rows.py          TSV, CSV, JSON and JSON lines
arrow_rows.py                       Parquet, Arrow, Feather
python_data.py                      frames, data sets, arrays, dictionaries, lists
source.py                           which of these it is
roles.py, header_names.py           which columns are meant, and whether line 1 names them
splits.py                           columns that say what validates
suggest.py                          the example of a question
forms/                              forms of data that have readers of their own
inputs.py, write.py                 the rows that a model is to answer, and its answers as a table
"""
