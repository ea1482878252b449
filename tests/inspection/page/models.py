"""Traces of model files for tests of the sections that run the model: what those sections need."""

from seqloom.decoding import LengthLimit, Search, decode_recorded
from seqloom.inspection import Named, Trace
from seqloom.runtime.model import load


def pair_trace(path, text):
    """Of a recurrent model of pairs with attention: alignment and beam."""
    model = load(path)
    usual = model.file.decoding
    search = Search(beam=usual.beam, length_penalty=usual.length_penalty)
    source, limit = model.encode(text), LengthLimit(model.parts.length_ratio)
    [found], rows = decode_recorded(model.network, source, limit, search)
    symbols = model.parts.target.symbols
    alignment = model.align(text)
    return Trace(
        task="transduce",
        rung="lstm",
        input=text,
        output=model.parts.target.decode(found.symbols),
        labels={"source": alignment.source, "target": alignment.output},
        layers=(),
        arrays={"attention/decoder": Named(alignment.weights, ("target", "source"))},
        facts={"beam": [row.to_json(symbols) for row in rows]},
    )


def text_trace(path, text):
    """Of a classifier or a language model."""
    model = load(path)
    task = model.file.task
    reader = model.parts.reader.symbols if task == "classify" else model.parts.vocabulary.split
    return Trace(
        task=task,
        rung="gru",
        input=text,
        output=model.predict([text])[0] if task == "classify" else "",
        labels={"source": tuple(reader(text))},
        layers=(),
    )
