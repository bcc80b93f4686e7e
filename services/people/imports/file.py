"""The uploaded file of an import as it is kept (取込ファイル): a small one in the import's row, a larger one in pieces.

Pieces are read one after the other as from a disk, by whichever process needs them; nobody holds all of them.
"""

import io
import os
from typing import Any, BinaryIO, cast

from sqlalchemy import insert, select

from core.transaction import Transaction
from data.models.people import PeopleImport, PeopleImportPart

PIECE = 2**20


class Pieces(io.RawIOBase):
    """A file that lies in pieces; it reads them in the transaction that it was opened in."""

    def __init__(self, tx: Transaction, import_id: int) -> None:
        """Begin before the first piece."""
        self._tx = tx
        self._import_id = import_id
        self._number = 0
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as the present piece goes; 0 means the end."""
        if not self._rest:
            self._number += 1
            asked = select(PeopleImportPart.content).where(
                PeopleImportPart.import_id == self._import_id, PeopleImportPart.number == self._number
            )
            self._rest = memoryview(self._tx.scalar(asked) or b"")
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def opened(content: bytes | io.IOBase) -> BinaryIO:
    """Return an uploaded file to read and seek in."""
    return cast(BinaryIO, io.BytesIO(content) if isinstance(content, bytes) else content)


def size_of(file: BinaryIO) -> int:
    """Return how many bytes a file has."""
    return file.seek(0, os.SEEK_END)


def keep(tx: Transaction, made: PeopleImport, file: BinaryIO) -> None:
    """Store a new import with its file, which is never whole in memory unless it is small."""
    small = size_of(file) <= PIECE
    file.seek(0)
    made.content = file.read() if small else b""
    tx.add(made)
    number = 0
    while piece := file.read(PIECE):
        number += 1
        tx.execute(insert(PeopleImportPart), [{"import_id": made.id, "number": number, "content": piece}])


def stored(tx: Transaction, import_id: int) -> BinaryIO:
    """Return the file of an import, to be read once from its beginning, in this transaction."""
    content = tx.scalar(select(PeopleImport.content).where(PeopleImport.id == import_id))
    return io.BytesIO(content) if content else io.BufferedReader(Pieces(tx, import_id), PIECE)
