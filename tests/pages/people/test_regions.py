"""Regions as pages: regions.py, homes.py, beside a person, on the own page, and as a field that is typed into (D06)."""

from sqlalchemy import select, update

from data.models.areas import RegionRule
from data.models.people import Person, PersonRegion

CHIYODA, FUCHU, FUCHU_WEST = "1310100", "1320600", "3420800"


def regions_of(database, person):
    """Return the codes of somebody's regions."""
    with database() as tx:
        rows = tx.execute(select(PersonRegion.area_code).where(PersonRegion.person_id == person.id)).scalars()
        return sorted(rows)


def live_at(database, person, address):
    """Give somebody an address."""
    with database() as tx:
        tx.execute(update(Person).where(Person.id == person.id).values(address=address))


def type_in(app, key, text):
    """Type into a field of one choice: AppTest sends only what stands among the choices."""
    widget = app.get_by_key(key)
    widget.options = [text]
    return widget.set_value(text).run()


def names(app, column="name"):
    """Return a column of the list without the sign that opens a row."""
    return [value.removeprefix(":material/chevron_right: ") for value in app.dataframe[0].value[column]]


class TestTyping:
    """Regions are found by what is typed, in forms and filters alike."""

    def test_an_address_becomes_its_region_and_a_namesake_is_asked_about(self, open_page, stage, database):
        app, field = open_page("people/person.py"), "person-new.0.area_codes"
        app.get_by_key(field).set_value(["東京都府中市宮西町2-24", "中央区"]).run()
        assert app.get_by_key(field).value == [FUCHU]
        assert any("候補が複数" in one.value for one in app.caption)
        assert "東京都中央区" in app.get_by_key(field).options
        app.get_by_key(field).set_value([FUCHU, "1310200"]).run()
        assert not any("候補が複数" in one.value for one in app.caption)
        for name, value in (("family_name", "新人"), ("code", "N9")):
            app.get_by_key(f"person-new.0.{name}").set_value(value)
        app.get_by_key("person-new.0.submit").click().run()
        with database() as tx:
            person = tx.execute(select(Person).where(Person.code == "N9")).scalar_one()
        assert regions_of(database, person) == ["1310200", FUCHU]

    def test_a_filter_holds_the_code_and_sends_no_list_of_all_regions(self, open_page, stage, database):
        with database() as tx:
            tx.add(PersonRegion(person_id=stage.far.id, area_code=FUCHU))
        app = open_page("people/list.py", area_code=FUCHU)
        assert app.get_by_key("filter..area_code").options == ["東京都府中市"]
        assert names(app) == ["遠方 四郎"]
        app = open_page("people/list.py")
        assert app.get_by_key("filter..area_code").options == []
        type_in(app, "filter..area_code", "府中市")
        assert app.get_by_key("filter..area_code").options == ["東京都府中市", "広島県府中市"]
        assert "area_code" not in app.query_params
        type_in(app, "filter..area_code", "726-0005")
        assert (app.query_params["area_code"], len(app.dataframe)) == (FUCHU_WEST, 0)
        for wrong in ("nonsense", "長" * 5_000, "a\0b"):
            assert open_page("people/list.py", area_code=wrong).warning

    def test_postal_code_and_address_fill_in_the_region(self, open_page, stage):
        app = open_page("people/person.py")
        app.get_by_key("person-new.0.postal_code").set_value("183-0055").run()
        assert app.get_by_key("person-new.0.area_codes").value == [FUCHU]
        app.get_by_key("person-new.0.address").set_value("広島県府中市府川町315").run()
        assert app.get_by_key("person-new.0.area_codes").value == [FUCHU_WEST]


class TestPerson:
    """Beside the form of a person."""

    def test_takes_the_region_of_the_address_by_one_click(self, open_page, stage, database):
        live_at(database, stage.staff, "横浜市鶴見区鶴見中央3-20-1")
        app = open_page("people/person.py", id=stage.staff.id)
        key = f"regions-{stage.staff.id}"
        assert any("横浜市北部" in one.value for one in app.caption)
        app.get_by_key(f"{key}.take").click().run()
        assert regions_of(database, stage.staff) == ["1410100"]
        assert any("自宅" in one.value for one in app.markdown)
        type_in(app, f"{key}.add.0.area_code", "千代田区")
        app.get_by_key(f"{key}.add.0.submit").click().run()
        assert regions_of(database, stage.staff) == [CHIYODA, "1410100"]
        app.get_by_key(f"{key}.remove.{CHIYODA}").click().run()
        assert regions_of(database, stage.staff) == ["1410100"]

    def test_asks_where_the_address_leaves_it_open(self, open_page, stage, database):
        live_at(database, stage.staff, "府中市")
        app = open_page("people/person.py", id=stage.staff.id)
        key = f"regions-{stage.staff.id}"
        assert app.get_by_key(f"{key}.take").disabled
        app.get_by_key(f"{key}.home").set_value(FUCHU_WEST).run()
        app.get_by_key(f"{key}.take").click().run()
        assert regions_of(database, stage.staff) == [FUCHU_WEST]

    def test_who_may_only_look_sees_them(self, open_page, stage, database):
        with database() as tx:
            tx.add(PersonRegion(person_id=stage.far.id, area_code=CHIYODA))
        app = open_page("people/person.py", stage.crisis_manager, id=stage.far.id)
        assert any("東京都千代田区" in one.value for one in app.markdown)
        assert not [one for one in app.button if str(one.key).startswith("regions-")]


def test_one_adds_own_regions_on_the_own_page_when_it_is_allowed(open_page, stage, database):
    with database() as tx:
        tx.add(PersonRegion(person_id=stage.staff.id, area_code=CHIYODA))
    app = open_page("access/mine.py", stage.staff)
    assert any("事務局が設定します" in one.value for one in app.caption)
    assert not [one for one in app.button if str(one.key).startswith("mine-regions")]
    with database() as tx:
        tx.add(RegionRule(id=1, people_may_add=True, version=1))
    app = open_page("access/mine.py", stage.staff)
    type_in(app, "mine-regions.add.0.area_code", "府中市宮西町")
    app.get_by_key("mine-regions.add.0.submit").click().run()
    assert regions_of(database, stage.staff) == [CHIYODA, FUCHU]
    assert any("本人が追加" in one.value for one in app.markdown)
    assert not [one for one in app.button if one.key == f"mine-regions.remove.{CHIYODA}"]
    app.get_by_key(f"mine-regions.remove.{FUCHU}").click().run()
    assert regions_of(database, stage.staff) == [CHIYODA]


class TestRegions:
    """The tree, and the rule."""

    def test_shows_the_tree_with_its_people_and_whose_warnings_hold(self, open_page, stage, database):
        with database() as tx:
            tx.add(PersonRegion(person_id=stage.far.id, area_code="1410100"))
        app = open_page("people/regions.py", prefecture="14")
        rows = app.dataframe[0].value
        assert names(app)[:3] == ["神奈川県", "└ 神奈川県東部", "└── 横浜市鶴見区"]
        assert [*rows["people"][:4]] == ["1", "1", "1", "0"]
        assert "横浜市北部" in str(rows["units"][2])

    def test_lets_people_add_their_own(self, open_page, stage, database):
        app = open_page("people/regions.py")
        app.get_by_key("region-rule-0.0.people_may_add").set_value(True)
        app.get_by_key("region-rule-0.0.submit").click().run()
        with database() as tx:
            assert tx.get(RegionRule, 1).people_may_add is True

    def test_leads_to_those_without_a_region(self, open_page, stage, database):
        live_at(database, stage.far, "東京都府中市")
        app = open_page("people/regions.py")
        app.get_by_key("missing").click().run()
        assert names(app) == ["遠方 四郎"]
        assert app.get_by_key("homes")


class TestHomes:
    """Regions from addresses."""

    def test_shows_what_is_sure_asks_for_the_rest_and_takes_them(self, open_page, stage, database, asked):
        live_at(database, stage.staff, "千代田区丸の内1-1")
        live_at(database, stage.far, "府中市")
        live_at(database, stage.manager, "火星")
        app = open_page("people/homes.py", all="1", region="addressed")
        assert [metric.value.split()[0] for metric in app.metric] == ["1", "1", "1", "0"]
        assert "東京都千代田区" in "".join(one.value for one in app.html)
        app.get_by_key(f"homes.{stage.far.id}").set_value(FUCHU_WEST).run()
        app.get_by_key("do").click().run()
        assert "2人の所属地域を登録" in asked[0]
        assert (regions_of(database, stage.staff), regions_of(database, stage.far)) == ([CHIYODA], [FUCHU_WEST])
        assert regions_of(database, stage.manager) == []
        assert app.query_params["set"]

    def test_without_people_it_says_where_to_choose_them(self, open_page, stage):
        assert open_page("people/homes.py").info
