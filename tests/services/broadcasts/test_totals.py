"""The totals that the monitor reads always say what counting the recipients says."""

import random
from datetime import timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import delete, func, select, text

from core.actor import Actor
from core.clock import now
from core.database import engine_for, transaction
from core.postgres import APP
from data.migrate import MIGRATIONS, migrate
from data.models.people import Person
from data.models.replies import ReplyDepartment, ReplyStep, ReplyTotal
from services.broadcasts import EditForm, MonitorAsk, Replies, Reply, edit_form, monitor, record_replies
from services.broadcasts.opening import extend
from services.broadcasts.totals import count_round, fold
from tests.factories import actor_of, make_cast, make_department, make_person
from tests.services.broadcasts.asks import QUESTIONS, replied, sent
from tests.services.broadcasts.test_at_once import AT_ONCE, at_once


def asked_of(tx, actor, **audience):
    """Send a broadcast with every kind of question."""
    acting = type(tx)(tx.session, actor)
    return sent(acting, form_id=edit_form(acting, EditForm(name="全部", questions=QUESTIONS)).id, **audience)


TOTALS = text("""
    SELECT round, kind, key, sum(asked), sum(answered), max(latest_at) FROM reply_count
    WHERE broadcast_id = :id GROUP BY 1, 2, 3
    UNION ALL
    SELECT department_id, 'of department, ' || kind, key, sum(asked), sum(answered), NULL FROM reply_department_count
    WHERE broadcast_id = :id GROUP BY 1, 2, 3
""")


def kept(tx, broadcast_id):
    """Return the totals with the steps of replies; an answer that nobody gives any more is none."""
    rows = tx.execute(TOTALS, {"id": broadcast_id})
    return {tuple(row)[:3]: tuple(row)[3:] for row in rows if row[3] or row[4]}


def counted(tx, broadcast_id):
    """Return the totals as a count of the recipients makes them."""
    rounds = {key[0] for key in kept(tx, broadcast_id) if key[1] == "department"}
    for model in (ReplyTotal, ReplyDepartment, ReplyStep):
        tx.execute(delete(model).where(model.broadcast_id == broadcast_id))
    for number in rounds:
        count_round(tx, broadcast_id, number)
    return kept(tx, broadcast_id)


def without_moments_of_answers(totals):
    """An answer that was taken back leaves its moment, which nobody reads."""
    return {key: value[:2] if key[1].endswith("answer") else value for key, value in totals.items()}


def agree(tx, broadcast_id):
    """Say whether what was kept is what is counted."""
    before = without_moments_of_answers(kept(tx, broadcast_id))
    return bool(before) and before == without_moments_of_answers(counted(tx, broadcast_id))


def some_answer(row, chance):
    values = [
        chance.choice(["無事", "けが"]),
        chance.choice([None, ["水"], ["水", "薬"], ["毛布"]]),
        chance.choice([None, 0, 3, 999, 1000, -1]),
        chance.choice([None, "大丈夫"]),
    ]
    return {str(q["id"]): value for q, value in zip(row.questions, values, strict=True) if value is not None}


@pytest.mark.parametrize("seed", range(3))
def test_kept_with_every_reply_and_every_round(tx, cast, seed):
    chance = random.Random(seed)
    departments = [make_department(tx, f"部{number}") for number in range(3)]
    places = [*zip(departments, [None, "350", "2712800"], strict=True), (None, "350")]
    people = [make_person(tx, department=at, area=area) for at, area in places for _one in range(5)]
    row = asked_of(tx, actor_of(tx, cast.administrator), audience={"people": [one.id for one in people[:15]]})
    base = now()
    for batch in range(8):
        if batch == 4:
            assert extend(tx, row.id, select(Person.id).where(Person.id.in_([one.id for one in people]))) == 5
        some = [chance.choice(people) for _reply in range(chance.randrange(1, 12))]
        at = base + timedelta(minutes=chance.randrange(-60, 60))
        record_replies(tx, Replies(replies=[
            Reply(broadcast_id=row.id, person_id=one.id, answer=some_answer(row, chance), at=at) for one in some
        ]))  # fmt: skip
        if batch % 3 == 2:
            before = kept(tx, row.id)
            assert fold(tx) > 0
            assert kept(tx, row.id) == before, f"seed {seed}, batch {batch}: folding changed what is counted"
            assert tx.scalar(select(func.count()).select_from(ReplyStep)) == 0
        assert agree(tx, row.id), f"seed {seed}, batch {batch}"


def test_whoever_reaches_everybody_in_another_way_counts_the_same(tx, acting, cast, administrator):
    """Totals for the whole organisation, recipients one by one for any other reach: two ways to one picture."""
    row = asked_of(tx, administrator.actor)
    chance = random.Random(7)
    for person in (cast.staff, cast.manager, cast.staff):
        replied(tx, row.id, person, some_answer(row, chance))
    one_by_one = acting(actor_of(tx, cast.manager))
    inside = monitor(one_by_one, MonitorAsk(broadcast_id=row.id))
    everybody = monitor(administrator, MonitorAsk(broadcast_id=row.id))
    assert inside.questions == everybody.questions
    assert (inside.answered, inside.latest_at) == (everybody.answered, everybody.latest_at) == (2, inside.latest_at)
    assert [one for one in everybody.departments if one.label == "本社"] == inside.departments


def test_many_phones_at_the_same_moment_lose_nothing(live):
    with transaction(Actor.system("test")) as tx:
        cast = make_cast(tx)
        row = asked_of(tx, actor_of(tx, cast.administrator))
    people = [cast.staff, cast.far, cast.manager]
    chances = [random.Random(number) for number in range(AT_ONCE)]

    def phone(number):
        for reply in range(10):
            with transaction(Actor.system("phone")) as tx:
                replied(tx, row.id, people[(number + reply) % 3], some_answer(row, chances[number]))
        return number

    assert at_once(phone) == list(range(AT_ONCE))
    with transaction(Actor.system("test")) as tx:
        assert agree(tx, row.id)


def test_what_was_answered_before_there_were_totals_is_counted_by_the_migration(live):
    with transaction(Actor.system("test")) as tx:
        cast = make_cast(tx)
        row = asked_of(tx, actor_of(tx, cast.administrator))
        for number, person in enumerate((cast.staff, cast.far, cast.staff)):
            replied(tx, row.id, person, some_answer(row, random.Random(number)))
    go_back_to("0002", live.owner_url)
    migrate(live.owner_url, APP)
    with transaction(Actor.system("test")) as tx:
        assert agree(tx, row.id)


def go_back_to(revision, owner_url):
    """Bring a database to what it was before the revisions after this one."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = engine_for(owner_url)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()
    engine.dispose()
