"""The organisation's logo and colour outside of the console, and the theme of a browser (pages/public/look.py)."""

from io import BytesIO

from PIL import Image

from data.models.setup import Organisation, OrganisationLogo
from pages.public import shell
from services.setup.logo import picture


def test_logo_and_colour_are_on_public_pages_and_nowhere_asked_for_a_session(running):
    drawn = BytesIO()
    Image.new("RGB", (300, 100), "#336699").save(drawn, "PNG")
    made = picture(drawn.getvalue())
    with running.transaction() as tx:
        tx.add(Organisation(id=1, name="<試験> & 商事", sample=False, created_at=tx.now, accent="#7a1f4b"))
        tx.add(OrganisationLogo(id=1, **made._asdict()))
    try:
        with running.client() as client:
            answer = client.get(f"/logo/{made.digest}.png")
            assert (answer.status_code, answer.content) == (200, made.content)
            assert answer.headers["content-type"] == "image/png"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "immutable" in answer.headers["cache-control"]
            for digest in ("0" * 64, "x"):
                assert client.get(f"/logo/{digest}.png").status_code == 404
    finally:
        with running.transaction() as tx:
            tx.session.delete(tx.get(OrganisationLogo, 1))
            tx.session.delete(tx.get(Organisation, 1))


def test_a_browser_keeps_its_theme_and_goes_back_to_a_page_of_ours(running):
    with running.client() as client:
        assert 'data-theme="System"' in client.get("/").text
        answer = client.get("/theme/dark?to=access-mine")
        assert (answer.status_code, answer.headers["location"]) == (303, "/access-mine")
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert 'data-theme="Dark"' in client.get("/people-list").text
        assert client.get("/theme/dark?to=//elsewhere.example").headers["location"] == "/"
        assert "set-cookie" not in client.get("/theme/purple").headers


def test_the_script_of_the_shell_has_its_language_and_an_address_that_changes_with_it(running):
    with running.client() as client:
        for language, word in (("ja", "サイドバーを閉じる"), ("en", "")):
            page = client.get("/", headers={"accept-language": language}).text
            assert f'<html lang="{language}"' in page
            assert shell.address(language) in page
            script = client.get(shell.address(language))
            assert script.headers["content-type"].startswith("text/javascript")
            assert word in script.text
        assert client.get("/shell/fr.0.js").status_code == 404


def test_the_rules_of_pages_stand_behind_those_of_streamlit_and_are_kept_by_browsers(running):
    with running.client() as client:
        page = client.get("/people-list").text
        assert page.index(shell.STYLE_ADDRESS) > page.index("</head>")
        answer = client.get(shell.STYLE_ADDRESS)
        assert answer.headers["content-type"].startswith("text/css")
        assert "immutable" in answer.headers["cache-control"]
        assert "stMainBlockContainer" in answer.text
