"""What is asked and answered: operations, queries, lists by page, and every error as a problem."""

from sqlalchemy import func, select
from structlog.testing import capture_logs

from core.actor import Actor
from core.audit import AuditRecord
from core.database import transaction
from core.operations import find, registered
from data.models.people import PersonList
from pages.public.api import calls
from pages.public.api.open import method_of, open_processes
from pages.public.api.reading import LARGEST_BODY

LEFT_OUT = {
    "access.change_language", "access.change_password", "access.choose_mails", "access.mine", "access.sign_out",
    "people.area_choices",
    "safety.rehearse", "setup.installation", "setup.work", "access.begin_second_factor", "access.confirm_second_factor",
    "access.drop_second_factor", "access.own_second_factor", "access.renew_recovery_codes", "access.sign_out_all",
    "changes.kind_choices", "desk.choose_usual", "desk.delete_view", "desk.discard_draft", "desk.draft", "desk.drafts",
    "desk.keep_draft", "desk.save_view", "desk.views", "fields.offered", "access.stop_looking",
    "access.why", "comments.edit", "comments.mentions", "comments.see", "comments.withdraw", "home.find", "home.needs",
    "home.own_notices", "home.read_notice", "people.address_of", "people.change_own_regions", "people.own_regions",
    "people.prefecture_choices", "people.region_of", "people.region_of_home", "setup.works",
    "registration.add_app", "registration.add_mail", "registration.add_mobile", "registration.again",
    "registration.cancel", "safety.tsunami_area_choices",
    "registration.choose_language", "registration.confirm", "registration.confirm_link", "registration.dispute",
    "registration.line_code", "registration.mine", "registration.prove_contact", "registration.put_first",
    "registration.remove", "registration.take_line", "access.end_own_session", "access.own_sessions",
    "access.sign_out_others", "applications.apply", "applications.mine", "applications.withdraw",
    "broadcasts.received", "people.mine", "registration.own_link",  # for oneself
    "people.export", "people.export_departments", "people.import_bad_csv", "people.upload", "safety.take_telegram",
    "network.export", "registration.handout", "setup.calendar", "setup.change_logo",  # files
    "access.forgot_password", "access.invite", "access.make_key", "delivery.edit_line", "delivery.edit_returns",
    "delivery.edit_sender", "delivery.edit_sms", "setup.start",
    "invitations.accept", "registration.make_link",
    "webhooks.add_endpoint", "webhooks.renew_secret", "directory.add_connection",
    "directory.edit_connection",  # secrets
}  # fmt: skip


def problem(answer, status: int, code: str) -> dict:
    """Return the problem that an answer is, after looking at its form."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    said = answer.json()
    assert (said["status"], said["code"], said["type"]) == (status, code, "about:blank")
    assert said["title"]
    assert said["detail"]
    return said


class TestOpen:
    """Which processes machines may call."""

    def test_all_but_what_is_for_oneself_files_and_secrets(self):
        assert {one.name for one in registered()} - set(open_processes()) == LEFT_OUT

    def test_what_is_left_out_is_not_there(self, admin):
        for name in LEFT_OUT:
            problem(admin.call(method_of(find(name)), name.replace(".", "/")), 404, "not_found")

    def test_every_other_answers_to_its_method_only(self, admin):
        for name, process in open_processes().items():
            wrong = {"GET": "POST", "POST": "GET"}[method_of(process)]
            answer = admin.call(wrong, name.replace(".", "/"))
            problem(answer, 405, "wrong_method")
            assert answer.headers["allow"] == method_of(process)


class TestOperation:
    """``POST`` with the input as JSON."""

    def test_own_fields_are_defined_set_and_searched_for(self, admin):
        for made in (
            {"code": "pay", "kind": "number", "label_ja": "時給", "decimals": 1},
            {"code": "size", "kind": "choice", "label_ja": "制服", "choices": ["S", "M"]},
        ):
            assert admin.post("fields/add", made).status_code == 200
        person = {"code": "N1", "family_name": "新人", "own": {"pay": "12.50", "size": "M"}}
        number = admin.post("people/add", person).json()["id"]
        (row,) = admin.get("people/search?own=size%3DM&own=pay%3E%3D12").json()["rows"]
        assert (row["id"], row["own"]) == (number, {"pay": "12.5", "size": "M"})
        wrong = {**person, "code": "N2", "own": {"pay": 1.5, "size": "XL", "none": 1}}
        fields = problem(admin.post("people/add", wrong), 422, "invalid")["fields"]
        assert set(fields) == {"own_pay", "own_size", "own_none"}

    def test_is_done_and_answered(self, admin):
        answer = admin.post("people/edit_list", {"name": "窓口"})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        with transaction(Actor.system("test")) as tx:
            assert tx.get(PersonList, answer.json()["id"]).name == "窓口"

    def test_that_returns_nothing_answers_nothing(self, admin):
        made = admin.post("access/edit_set", {"name": "窓口"}).json()
        answer = admin.post("access/delete_set", {"id": made["id"], "version": made["version"]})
        assert (answer.status_code, answer.content) == (204, b"")

    def test_that_is_refused_changes_nothing(self, admin):
        admin.post("people/edit_list", {"name": "窓口"})
        with transaction(Actor.system("test")) as tx:
            before = tx.scalar(select(func.count()).select_from(AuditRecord))
        said = problem(admin.post("people/edit_list", {"name": "窓口"}), 422, "invalid")
        assert said["fields"]["name"]
        with transaction(Actor.system("test")) as tx:
            assert tx.scalar(select(func.count()).select_from(AuditRecord)) == before

    def test_says_every_field_that_is_wrong(self, admin):
        said = problem(admin.post("people/edit_list", {"name": "", "nonsense": 1}), 422, "invalid")
        assert set(said["fields"]) == {"name", "nonsense"}
        assert all(said["fields"].values())

    def test_with_a_body_that_is_no_object(self, admin):
        long = b"[" * 100_000
        for body in (b"{", b"[]", b"1", b'"x"', b"null", b'{"a": NaN}', b'{"a": "\\ud800"}', b"\xff", long):
            answer = admin.call("POST", "people/edit_list", content=body, headers={"content-type": "application/json"})
            problem(answer, 400, "malformed")

    def test_that_does_not_say_json(self, admin):
        body = b'{"name": "x"}'
        for media_type in ("", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"):
            answer = admin.call("POST", "people/edit_list", content=body, headers={"content-type": media_type})
            problem(answer, 415, "wrong_media_type")

    def test_that_says_json_at_length(self, admin):
        headers = {"content-type": "Application/JSON; charset=utf-8"}
        assert admin.call("POST", "people/edit_list", content=b'{"name": "x"}', headers=headers).status_code == 200

    def test_over_the_limit_is_refused_by_its_length(self, admin):
        problem(admin.post("people/edit_list", {"name": "x" * LARGEST_BODY}), 413, "too_large")

    def test_over_the_limit_is_refused_while_it_comes(self, admin):
        came = []

        def parts():
            for at in range(1000):
                came.append(at)
                yield b" " * 65_536

        answer = admin.call("POST", "people/edit_list", content=parts(), headers={"content-type": "application/json"})
        problem(answer, 413, "too_large")


class TestQuery:
    """``GET`` with the question in the address."""

    def test_is_answered(self, admin):
        answer = admin.get("people/search?text=社員")
        assert [row["name"] for row in answer.json()["rows"]] == ["社員 三郎"]
        assert answer.json()["count"] == 1

    def test_without_a_list(self, admin):
        assert admin.get("people/show?id=1").json()["id"] == 1

    def test_goes_through_a_list_and_back(self, admin):
        first = admin.get("people/search", params={"size": 2}).json()
        second = admin.get("people/search", params={"size": 2, "after": first["next"]}).json()
        third = admin.get("people/search", params={"size": 2, "after": second["next"]}).json()
        ids = [row["id"] for page in (first, second, third) for row in page["rows"]]
        assert len(set(ids)) == 5
        assert (first["previous"], third["next"], first["count"], first["more"]) == (None, None, 5, False)
        back = admin.get("people/search", params={"size": 2, "before": second["previous"]}).json()
        assert back["rows"] == first["rows"]

    def test_refuses_a_place_that_is_none_of_ours(self, admin):
        forged = ("x", "W10", "bnVsbA", "WyJhIiwgImIiXQ", "💥", "eyJhIjoxfQ", "W251bGwsbnVsbF0", "A" * 5000)
        for side in ("after", "before"):
            for cursor in forged:
                problem(admin.get("people/search", params={side: cursor}), 422, "invalid")

    def test_a_place_of_another_list_shows_no_more_than_reach(self, machine, admin, stage):
        cursor = admin.get("people/search", params={"size": 1}).json()["next"]
        rows = (
            machine(stage.manager, "people.search:read").get("people/search", params={"after": cursor}).json()["rows"]
        )
        assert "遠方 四郎" not in {row["name"] for row in rows}

    def test_says_what_is_wrong_with_the_question(self, admin):
        wrong = ("size=0", "size=501", "size=x", "state=x", "nonsense=1", "text=a&text=b", "text=%00", "sort=x")
        for question in (*wrong, "department_id=" + "9" * 30):
            problem(admin.get(f"people/search?{question}"), 422, "invalid")

    def test_needs_what_is_required(self, admin):
        assert "id" in problem(admin.get("people/show"), 422, "invalid")["fields"]


class TestAddress:
    """Addresses where there is nothing."""

    def test_of_no_process(self, admin):
        for path in ("people/nothing", "nothing/search", "people/{0}", "people/search.json"):
            problem(admin.get(path), 404, "not_found")

    def test_of_nothing_at_all(self, client, stage):
        for path in ("/api/", "/api/v1", "/api/v1/", "/api/v2/people/search", "/api/v1/people/search/1"):
            problem(client.get(path), 404, "not_found")

    def test_with_a_method_of_neither_kind(self, admin):
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "WHAT"):
            problem(admin.call(method, "people/search"), 405, "wrong_method")

    def test_of_another_host(self, admin):
        assert admin.get("people/search", headers={"host": "evil.example"}).status_code == 400


class TestFault:
    """What must not happen, if it does."""

    def test_is_an_id_that_is_in_the_log_and_leaves_nothing(self, admin, monkeypatch):
        def broken(_process):
            raise ZeroDivisionError("secret detail")

        monkeypatch.setattr(calls, "answer_of", broken)
        with capture_logs() as logged:
            answer = admin.post("people/edit_list", {"name": "窓口"})
        said = problem(answer, 500, "fault")
        assert "secret detail" not in answer.text
        assert "Traceback" not in answer.text
        assert said["fault_id"] in said["detail"]
        assert [one["fault_id"] for one in logged if one["event"] == "fault"] == [said["fault_id"]]
        assert "ratelimit" in answer.headers
        with transaction(Actor.system("test")) as tx:
            assert tx.scalar(select(func.count()).select_from(PersonList)) == 0
