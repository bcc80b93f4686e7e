"""Running and finished work as a page (pages/setup/work.py)."""

from core import progress
from core.actor import Actor
from core.database import transaction
from tests.factories import actor_of


def test_progress_errors_and_the_way_to_the_record(open_page, stage):
    with transaction(actor_of_manager(stage)) as tx:
        running = progress.begin(tx, "people.map_import", total=200, subject="people_import:1")
        failed = progress.begin(tx, "changes.undo", total=5, subject="change_set:7")
    progress.report(running, "Storing the result", 50, 200)
    progress.fail(failed, "もう一度お試しください。", "ab12cd34")
    app = open_page("setup/work.py", stage.manager)
    assert "ab12cd34" in app.error[0].value
    assert "もう一度お試しください。" in app.error[0].value
    assert [one.proto.value for one in app.get("progress")] == [25]
    assert {"people-imports", "changes-show"} <= {link.proto.page for link in app.get("page_link")}
    progress.finish(running)
    with transaction(actor_of_manager(stage)) as tx:
        progress.begin(tx, "people.bulk_edit", total=3)
    with transaction(Actor.system("test")) as tx:
        progress.begin(tx, "privacy.nightly", subject="retention:1", running=True)
    ways = {link.proto.page: link.proto.query_string for link in open_page("setup/work.py").get("page_link")}
    assert {"people-bulk", "privacy-retention"} <= ways.keys()
    assert ways["people-bulk"].startswith("work=")
    app = open_page("setup/work.py", stage.manager, state="failed")
    assert not app.get("progress")
    assert "1件" in app.markdown[0].value
    assert "まだありません" in open_page("setup/work.py", stage.staff).info[0].value


def actor_of_manager(stage):
    """Return the manager as signed in."""
    with transaction(Actor.system("test")) as tx:
        return actor_of(tx, stage.manager)
