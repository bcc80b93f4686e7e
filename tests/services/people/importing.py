"""An import from upload to result, as a person does it; jobs run at once."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from core.actor import Actor
from core.database import transaction
from core.jobs import run_waiting_jobs
from core.paging import Page
from core.transaction import Transaction
from data.models.people import ImportKind, ImportState, PeopleImport
from services.people import apply_import, list_rows, map_import, show_import, upload
from services.people.imports import jobs
from services.people.imports.queries import CheckedRow, ImportAsk, ImportDetail, RowsAsk
from services.people.imports.upload import Application, Mapping, Upload

SYSTEM = Actor.system("test")
HEADER = ("社員番号", "姓", "名", "姓カナ", "名カナ", "ログインID", "部署", "地域",
          "メール1", "メール2", "メール3", "携帯電話", "言語")  # fmt: skip

FULL = ("A1", "髙橋", "①郎", "ﾀｶﾊｼ", "いちろう", "Taka", "本社 / 総務部;支社", "千代田区;350", "T@EXAMPLE.jp",
        "b@example.jp", "", "０９０ー１２３４ー５６７８", "en")  # fmt: skip
"""A row in which every cell but one says something."""


def csv_of(*rows: Sequence[str], header: Sequence[str] = HEADER, encoding: str = "utf-8") -> bytes:
    """Return a CSV; rows shorter than the header are filled up."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *([*row, *[""] * (len(header) - len(row))] for row in rows)])
    return text.getvalue().encode(encoding)


class Importing:
    """One import of one actor, in a database of the test's own, where jobs run as they do."""

    def __init__(self, content: bytes, actor: Actor = SYSTEM, kind: ImportKind = ImportKind.PEOPLE) -> None:
        """Upload the file."""
        self.actor = actor
        with self.open() as tx:
            stored = upload(tx, Upload(kind=kind, filename="名簿.csv", content=content))
        self.id, self.mapping = stored.id, stored.mapping

    def open(self) -> AbstractContextManager[Transaction]:
        """Open a transaction of the actor."""
        return transaction(self.actor)

    def work(self) -> None:
        """Let the job that waits be done."""
        run_waiting_jobs()

    def check(self, mapping: dict[str, str] | None = None, *, create: bool = False) -> ImportDetail:
        """Map the columns (as guessed), run the dry run, return its result."""
        with self.open() as tx:
            map_import(tx, Mapping(id=self.id, mapping=mapping or self.mapping, create_departments=create))
        self.work()
        return self.detail()

    def apply(self, *, good_rows_only: bool = False) -> ImportDetail:
        """Apply it."""
        with self.open() as tx:
            apply_import(tx, Application(id=self.id, good_rows_only=good_rows_only))
        self.work()
        return self.detail()

    def detail(self) -> ImportDetail:
        """Return how it stands."""
        with self.open() as tx:
            return show_import(tx, ImportAsk(id=self.id))

    def rows(self, **ask: object) -> list[CheckedRow]:
        """Return the first rows of the dry run."""
        with self.open() as tx:
            page: Page[CheckedRow] = list_rows(tx, RowsAsk(id=self.id, size=500, **ask))
        return page.rows

    def problems(self) -> list[tuple[int, str, str]]:
        """Return every problem as row, column and sentence."""
        return [(row.line, one.column, one.text) for row in self.rows() for one in row.problems]


class Importer:
    """Makes imports in the test's own session, which leaves nothing behind; the work of the jobs is done at once."""

    def __init__(self, acting: Callable[[Actor], Transaction]) -> None:
        """Take what makes transactions."""
        self._acting = acting

    def start(self, content: bytes, *, actor: Actor = SYSTEM, kind: ImportKind = ImportKind.PEOPLE) -> Importing:
        """Upload a file."""
        return _InSession(self._acting, content, actor, kind)

    def all_of(
        self, content: bytes, *, actor: Actor = SYSTEM, kind: ImportKind = ImportKind.PEOPLE, create: bool = False
    ) -> ImportDetail:
        """Import all of a file."""
        importing = self.start(content, actor=actor, kind=kind)
        checked = importing.check(create=create)
        assert checked.counts["error"] == 0, importing.problems()
        return importing.apply() if checked.counts["add"] + checked.counts["change"] else checked


class _InSession(Importing):
    def __init__(self, acting: Callable[[Actor], Transaction], *upload: Any) -> None:
        self._acting = acting
        super().__init__(*upload)

    @contextmanager
    def open(self) -> Iterator[Transaction]:
        yield self._acting(self.actor)

    def work(self) -> None:
        with self.open() as tx:
            found = tx.get(PeopleImport, self.id)
            assert found is not None
            do = jobs.check if found.state is ImportState.CHECKING else jobs.apply
            do(tx, found, lambda *_: None)
            tx.session.flush()
            tx.session.expire_all()
