"""Who calls: keys, what they open, and when they open nothing (any more)."""

from datetime import timedelta

from sqlalchemy import select, update

from core import clock
from core.actor import Actor
from core.audit import AuditRecord
from core.database import transaction
from data.models.access import Account, AccountStatus, ApiKey
from services.access import WhichAccount, WhichKey, reopen_account, revoke_key, stop_account
from tests.factories import account_of, actor_of
from tests.public.api.conftest import row_of


def is_refused(answer) -> bool:
    """Say whether the answer is the one to a key that opens nothing."""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code == 401 and answer.json()["code"] == "not_signed_in" and "ratelimit" not in answer.headers


class TestKey:
    """A key opens what its account may do and its set holds."""

    def test_opens(self, admin):
        assert admin.get("people/search").status_code == 200

    def test_acts_for_its_account_and_the_trail_says_by_which_key(self, admin, stage):
        assert admin.post("people/edit_list", {"name": "窓口", "version": 0}).status_code == 200
        with transaction(Actor.system("test")) as tx:
            record = tx.execute(select(AuditRecord).where(AuditRecord.process == "people.edit_list")).scalar_one()
        assert record.actor == f"account:{record.account_id} (API: 給与)"
        assert record.account_id is not None

    def test_does_what_is_in_its_set_only(self, machine, stage):
        small = machine(stage.administrator, "people.search:read")
        assert small.get("people/search").status_code == 200
        answer = small.get("people/lists")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")

    def test_does_what_its_account_may_only(self, machine, stage):
        wide = machine(stage.manager, "people.search:read", "people.add:do")
        assert wide.get("people/search").status_code == 200
        assert wide.post("people/add", {}).status_code == 403, "before anything is said about the input"

    def test_reaches_as_far_as_its_account(self, machine, stage):
        answer = machine(stage.manager, "people.search:read").get("people/search")
        names = {row["name"] for row in answer.json()["rows"]}
        assert "社員 三郎" in names
        assert "遠方 四郎" not in names

    def test_of_somebody_who_may_nothing_does_nothing(self, machine, stage):
        assert machine(stage.staff).get("people/search").status_code == 403

    def test_speaks_the_language_of_its_account_or_of_the_request(self, admin, stage):
        assert "存在しない" in admin.get("people/show?id=1000000").json()["detail"]
        assert "does not" in admin.get("people/show?id=1000000", headers={"accept-language": "en-GB"}).json()["detail"]
        with transaction(Actor.system("test")) as tx:
            account_of(tx, stage.administrator).language = "en"
        assert "does not" in admin.get("people/show?id=1000000").json()["detail"]

    def test_notes_its_use_once_a_minute(self, admin):
        now = clock.now()
        seen = []
        for seconds in (0, 59, 60, 100):
            with clock.frozen(now + timedelta(seconds=seconds)):
                admin.get("people/search")
            seen.append(row_of(admin).used_at - now)
        assert [one.total_seconds() for one in seen] == [0, 0, 60, 60]


class TestNoKey:
    """What opens nothing, with one and the same answer."""

    def test_none(self, client, stage):
        answer = client.get("/api/v1/people/search")
        assert is_refused(answer)
        assert answer.headers["www-authenticate"].startswith("Bearer")

    def test_a_wrong_one(self, client, stage):
        for header in ("Bearer", "Bearer ", "Basic YTpi", "renraku_x", "Bearer renraku_" + "x" * 5000):
            assert is_refused(client.get("/api/v1/people/search", headers={"authorization": header}))

    def test_a_changed_one(self, admin, client):
        changed = admin.key[:-1] + ("A" if admin.key[-1] != "A" else "B")
        assert is_refused(client.get("/api/v1/people/search", headers={"authorization": f"Bearer {changed}"}))

    def test_the_cookie_of_a_session(self, client, stage):
        assert is_refused(client.get("/api/v1/people/search", headers={"x-renraku-session": "00" * 32}))

    def test_an_expired_one(self, machine, stage):
        short = machine(stage.administrator, days=1)
        assert short.get("people/search").status_code == 200
        with clock.frozen(clock.now() + timedelta(days=1)):
            assert is_refused(short.get("people/search"))

    def test_a_revoked_one(self, admin, stage):
        with transaction(Actor.system("test")) as tx:
            revoke_key(tx, WhichKey(id=admin.id))
        assert is_refused(admin.get("people/search"))

    def test_one_whose_account_was_stopped_even_when_it_is_open_again(self, machine, stage):
        key = machine(stage.manager, "people.search:read")
        with transaction(Actor.system("test")) as tx:
            administrator, account = actor_of(tx, stage.administrator), account_of(tx, stage.manager).id
        with transaction(administrator) as tx:
            stop_account(tx, WhichAccount(id=account))
        assert is_refused(key.get("people/search"))
        with transaction(administrator) as tx:
            reopen_account(tx, WhichAccount(id=account))
        assert is_refused(key.get("people/search"))

    def test_one_whose_account_is_not_in_use(self, machine, stage):
        key = machine(stage.manager, "people.search:read")
        with transaction(Actor.system("test")) as tx:
            tx.execute(update(Account).values(status=AccountStatus.STOPPED))
        assert is_refused(key.get("people/search"))

    def test_one_whose_set_is_gone_does_nothing(self, admin):
        with transaction(Actor.system("test")) as tx:
            tx.execute(update(ApiKey).values(set_id=None))
        assert admin.get("people/search").status_code == 403
