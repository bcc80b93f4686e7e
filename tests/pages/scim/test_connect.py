"""How a directory is connected, on the page of API keys (pages/scim/_connect.py)."""

from core.actor import Actor
from core.database import transaction
from core.inputs import Nothing
from core.settings import settings
from services.access import list_sets
from services.scim import GRANTS


def test_address_and_one_click_for_the_permission_set(open_page, stage) -> None:
    app = open_page("access/keys.py")
    assert f"{settings().base_url}/scim/v2" in [shown.value for shown in app.code]
    app.button(key="scim-set").click().run()
    assert not app.exception
    with transaction(Actor.system("test")) as tx:
        [made] = [one for one in list_sets(tx, Nothing()) if one.name == "ディレクトリ連携（SCIM）"]
    assert set(made.grants) == set(GRANTS)
    assert "scim-set" not in [button.key for button in app.button], "it is there now"
    assert any("ディレクトリ連携（SCIM）" in one.value for one in app.markdown)
