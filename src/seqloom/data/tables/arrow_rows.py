"""Rows of Parquet, Arrow and Feather files, by pyarrow, a batch at a time.

Checked by `tests/data/tables/test_arrow_rows.py`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...errors import DataError
from ...extras import require
from .table import Row, TablePart

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 10_000  # rows that are read at once
PARQUET, ARROW, FEATHER_1 = b"PAR1", b"ARROW1", b"FEA1"


def parquet(name: str) -> TablePart:
    """A Parquet file."""
    require(name, "pyarrow")
    import pyarrow as pa
    import pyarrow.parquet as pq

    def read() -> Iterator[Row]:
        with pq.ParquetFile(name, memory_map=True) as file:
            yield from _rows(name, file.iter_batches(BATCH))

    try:
        with pq.ParquetFile(name) as file:
            names = tuple(file.schema_arrow.names)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(name, "Parquet", error) from None
    return TablePart(name, "Parquet", names, read, unit="row")


def arrow(name: str) -> TablePart:
    """An Arrow IPC file, a Feather file, or an Arrow stream, as `datasets` writes it."""
    require(name, "pyarrow")
    import pyarrow as pa

    def read() -> Iterator[Row]:
        with pa.memory_map(name) as source:
            yield from _rows(name, _batches(source))

    try:
        with pa.memory_map(name) as source:
            schema = _reader(source).schema
    except (OSError, pa.ArrowException) as error:
        raise _damaged(name, "Arrow", error) from None
    return TablePart(name, "Arrow", tuple(schema.names), read, unit="row")


def rows_of_batch(batch: "pa.RecordBatch", first: int) -> Iterator[Row]:
    """The rows of a batch, numbered from `first`."""
    columns = [column.to_pylist() for column in batch.columns]
    yield from enumerate(zip(*columns, strict=True), start=first)


def _rows(name: str, batches: "Iterator[pa.RecordBatch]") -> Iterator[Row]:
    import pyarrow as pa

    number = 1
    try:
        for batch in batches:
            yield from rows_of_batch(batch, number)
            number += batch.num_rows
    except (OSError, pa.ArrowException) as error:
        raise _damaged(name, "Parquet or Arrow", error) from None


def _reader(source: "pa.MemoryMappedFile") -> "pa.RecordBatchFileReader":
    import pyarrow as pa

    try:
        return pa.ipc.open_file(source)
    except pa.ArrowInvalid:
        source.seek(0)
        return pa.ipc.open_stream(source)


def _batches(source: "pa.MemoryMappedFile") -> "Iterator[pa.RecordBatch]":
    reader = _reader(source)
    if hasattr(reader, "num_record_batches"):
        for i in range(reader.num_record_batches):
            yield reader.get_batch(i)
    else:
        yield from reader


def _damaged(name: str, form: str, error: Exception) -> DataError:
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return DataError(f"{name}: the {form} file is damaged: {said}. Copy or download it again.")
