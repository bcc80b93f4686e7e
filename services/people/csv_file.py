"""A CSV that leaves the room whole, in the layout or the encoding that an import asks for."""

from core.inputs import Row


class CsvFile(Row):
    """A file to hand out."""

    filename: str
    content: bytes
    rows: int
