"""The check of the installation as a page (pages/setup/doctor.py)."""


def test_what_needs_somebody_comes_first_with_the_way_there(open_page, stage):
    app = open_page("setup/doctor.py")
    assert not app.warning, "nothing is looked at before somebody asks"
    app.button(key="check").click().run()
    said = [one.value for one in app.warning]
    assert any("postgresql.conf" in one for one in said), said
    assert "delivery-sender" in {link.proto.page for link in app.get("page_link")}
    assert any("- PostgreSQL" in one.value for one in app.markdown)
    assert f"件中{len(said)}件" in "".join(one.value for one in app.markdown)


def test_it_is_for_those_who_may(open_page, stage):
    app = open_page("setup/doctor.py", stage.manager)
    assert app.warning
    assert "check" not in {one.key for one in app.button}
