"""The people of the benches still fit the tables."""

from sqlalchemy import text

from bench.belongings import belong
from bench.population import administrator, populate
from core.actor import Actor
from core.database import engine_for, transaction
from services.access import actor_for
from services.broadcasts import MonitorAsk, monitor
from services.network import settle, whole_network


def test_people_accounts_and_answers_are_made(live):
    account = administrator()
    owner = engine_for(live.owner_url, pool_size=1)
    populate(owner, 40)
    belong(owner, 40, account)
    owner.dispose()
    with transaction(Actor.system("test")) as tx:
        assert tx.scalar(text("SELECT count(*) FROM person")) == 41
        actor = actor_for(tx, account)
    with transaction(actor) as tx:
        found = monitor(tx, MonitorAsk(broadcast_id=1))
        assert settle(tx, 1) == 0
        assert whole_network(tx).people == 41
    assert (found.asked, found.answered) == (40, 32)
