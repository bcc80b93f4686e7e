"""Long work as a list: what the actor started, how far it is, where it leads."""

import pytest

from core import progress
from core.progress import Work, WorkState
from data.models.delivery import Chunk, ChunkState
from services.broadcasts import Which, close
from services.setup import WorksAsk, list_works
from tests.services.broadcasts.asks import finish, reachable, sent


def shown(tx, **ask):
    return [(row.title, row.state.value, row.subject) for row in list_works(tx, WorksAsk(**ask)).rows]


@pytest.fixture
def works(manager, administrator):
    """Two imports of the manager, an undo of the administrator."""
    first = progress.begin(manager, "people.map_import", total=10, subject="people_import:1")
    manager.get(Work, first).state = WorkState.FAILED
    progress.begin(manager, "people.apply_import", total=10, subject="people_import:1")
    progress.begin(administrator, "changes.undo", total=5, subject="change_set:7")
    manager.session.flush()


def test_a_person_sees_what_they_started_and_an_administrator_all(works, manager, administrator, staff):
    assert [row[2] for row in shown(manager)] == ["people_import:1", "people_import:1"]
    assert [row[2] for row in shown(administrator)] == ["change_set:7", "people_import:1", "people_import:1"]
    assert len(shown(administrator, mine=True)) == 1
    assert shown(staff) == []
    assert [row[1] for row in shown(manager, state=WorkState.FAILED)] == ["failed"]


def test_pages_by_key(works, administrator):
    first = list_works(administrator, WorksAsk(size=2))
    second = list_works(administrator, WorksAsk(size=2, after=first.next))
    assert [len(first.rows), len(second.rows), second.next] == [2, 1, None]
    assert {row.by for row in first.rows} == {"管理 花子", "部長 太郎"}


def test_a_sending_is_among_it_as_far_as_its_chunks_say(tx, administrator, cast):
    for person in (cast.manager, cast.staff):
        reachable(tx, person)
    row = sent(administrator)
    (work,) = list_works(administrator, WorksAsk()).rows
    assert (work.subject, work.state, work.done) == (f"broadcast:{row.id}", WorkState.RUNNING, 0)
    assert work.total >= 2
    chunk = tx.execute(Chunk.__table__.select()).one()
    tx.get(Chunk, chunk.id).state = ChunkState.DONE
    tx.session.flush()
    assert list_works(administrator, WorksAsk()).rows[0].fraction == 1
    finish(administrator, row.id)
    close(administrator, Which(id=row.id))
    tx.session.expire_all()
    (work,) = list_works(administrator, WorksAsk()).rows
    assert (work.state, work.finished_at) == (WorkState.DONE, administrator.now)
