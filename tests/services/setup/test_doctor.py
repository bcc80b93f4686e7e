"""``manage.py doctor`` names what is wrong."""

from core.i18n import using_language
from services.setup import examine
from tests.conftest import forget


def texts(live):
    """Return what is good and what is not."""
    with using_language("en"):
        found = examine()
    return {each.text for each in found if each.good}, {each.text for each in found if not each.good}


def test_a_sound_installation_lacks_only_its_worker(live):
    good, bad = texts(live)
    assert "All migrations are applied." in good
    assert "The application's role has no special rights." in good
    assert "Migrations and application use two roles." in good
    assert bad == {"No worker is at work. Start “python manage.py worker”."}


def test_one_role_for_everything_is_named(live, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", live.owner_url)
    forget()
    _good, bad = texts(live)
    assert any("DATABASE_OWNER_URL" in text for text in bad)
