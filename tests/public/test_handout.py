"""The file of printed guides over HTTP: who gets it, and who does not."""

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core import jobs
from core.actor import Actor
from core.audit import AuditRecord
from core.database import transaction
from data.models.registration_guides import RegistrationHandout
from pages.public import exports
from pages.public.gate import SESSION_HEADER
from services.access import hash_of, start_session
from services.registration import Prints, print_guides
from tests.factories import account_of, actor_of


@pytest.mark.usefixtures("live")
def test_the_file_is_fetched_by_its_owner_with_a_session_only(live_cast):
    with transaction(Actor.system("test")) as tx:
        administrator = actor_of(tx, live_cast.administrator)
        tokens = [start_session(tx, account_of(tx, one).id) for one in (live_cast.administrator, live_cast.manager)]
    with transaction(administrator) as tx:
        print_guides(tx, Prints(person_ids=[live_cast.staff.id, live_cast.far.id]))
    jobs.run_waiting_jobs()
    with transaction(Actor.system("test")) as tx:
        number = tx.scalar(select(RegistrationHandout.id))
    client = TestClient(Starlette(routes=exports.ROUTES))
    answers = {}
    for who, token in (("nobody", ""), ("owner", tokens[0]), ("manager", tokens[1])):
        session = {SESSION_HEADER: hash_of(token).hex()} if token else {}
        answers[who] = client.get(f"/export/registration.handout?id={number}", headers=session)
    assert {who: answer.status_code for who, answer in answers.items()} == {"nobody": 403, "owner": 200, "manager": 404}
    assert answers["owner"].content.startswith(b"%PDF")
    assert answers["owner"].headers["cache-control"] == "no-store"
    with transaction(Actor.system("test")) as tx:
        fetched = tx.execute(select(AuditRecord.account_id).where(AuditRecord.process == "registration.handout:export"))
        assert list(fetched.scalars()) == [administrator.account_id]
