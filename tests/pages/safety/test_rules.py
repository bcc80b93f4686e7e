"""Automatic broadcasts as a page (pages/safety/rules.py)."""

import pytest
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from data.models.safety import Rule, RuleKind, RuleWho
from tests.services.safety.conftest import people_of, take

PAGE = "safety/rules.py"


def stored():
    """Return the rules for earthquakes as they are in the database."""
    with transaction(Actor.system("test")) as tx:
        rows = tx.execute(select(Rule).where(Rule.kind == RuleKind.EARTHQUAKE).order_by(Rule.id)).scalars()
        return [(row.name, row.threshold, row.enabled) for row in rows]


def words(app):
    """Return everything that the page says."""
    parts = [*app.markdown, *app.warning, *app.info, *app.success, *app.error, *app.title, *app.subheader]
    return "\n".join(part.value for part in parts)


@pytest.mark.usefixtures("ready")
class TestRules:
    """What a person sees and does."""

    def test_D17_the_guide_leads_here_and_one_click_switches_the_sample_on(self, open_page, agreeing):
        app = open_page(PAGE)
        assert "オンになっている設定がありません" in words(app)
        app.button(key="on-1").click().run()
        assert "確認なしですぐに" in agreeing[0]
        assert "震度5弱以上を観測した地域があると、そこを所属地域とする人に、すぐに「安否確認」の文面" in words(app)
        assert stored() == [("震度5弱以上", "5-", True)]
        assert "をオンにしました" in words(app)
        assert "オンになっている設定がありません" not in words(app)

    def test_switches_off_without_a_question(self, open_page, agreeing):
        app = open_page(PAGE)
        app.button(key="on-1").click().run()
        app.button(key="off-1").click().run()
        assert len(agreeing) == 1
        assert stored() == [("震度5弱以上", "5-", False)]

    def test_makes_a_rule(self, open_page):
        app = open_page(PAGE)
        app.button(key="new").click().run()
        app.text_input[0].set_value("大きな地震")
        threshold, template, form, _procedure = app.selectbox
        assert threshold.options == ["震度3", "震度4", "震度5弱", "震度5強", "震度6弱", "震度6強", "震度7"]
        threshold.select_index(4)
        template.select_index(0)
        form.select_index(0)
        next(button for button in app.button if button.label == "保存する").click().run()
        assert ("大きな地震", "6-", False) in stored()
        assert not app.text_input

    def test_D07_makes_a_rule_for_tsunamis_that_asks_everybody(self, open_page):
        app = open_page(PAGE)
        app.button(key="new").click().run()
        app.radio(key="rule-new-kind").set_value(RuleKind.TSUNAMI).run()
        app.radio(key="rule-new-who").set_value(RuleWho.EVERYBODY).run()
        assert not app.exception
        app.text_input[0].set_value("津波は全員")
        app.number_input[0].set_value(0.3)
        for select_box in app.selectbox[-3:-1]:
            select_box.select_index(0)
        next(button for button in app.button if button.label == "保存する").click().run()
        assert not app.exception
        assert "0.3m以上の津波を観測した沿岸があると、全国どこでも、全員に、すぐに" in words(app)
        with transaction(Actor.system("test")) as tx:
            row = tx.scalar(select(Rule).where(Rule.name == "津波は全員"))
            assert (row.height, row.grade, row.who, row.threshold) == (0.3, None, "everybody", None)

    def test_a_wait_is_told_in_words(self, open_page):
        app = open_page(PAGE, id="1")
        app.number_input[2].set_value(10)
        next(button for button in app.button if button.label == "保存する").click().run()
        assert "確定の電文を待ってから（震度5弱は10分）、" in words(app)

    def test_D07_counts_whom_a_rule_could_ask_today(self, open_page):
        with transaction(Actor.system("test")) as tx:
            people_of(tx, ["350", "341"])
        app = open_page(PAGE)
        app.button(key="count-1").click().run()
        assert "人のうち" in words(app)

    def test_edits_a_rule_in_its_place(self, open_page):
        app = open_page(PAGE)
        app.button(key="edit-1").click().run()
        assert app.text_input[0].value == "震度5弱以上"
        app.text_input[0].set_value("震度5弱から")
        next(button for button in app.button if button.label == "保存する").click().run()
        assert stored() == [("震度5弱から", "5-", False)]

    def test_closes_the_form_without_saving(self, open_page):
        app = open_page(PAGE, id="1")
        app.text_input[0].set_value("捨てる")
        app.button(key="rule-1-1-close").click().run()
        assert not app.text_input
        assert stored() == [("震度5弱以上", "5-", False)]

    def test_what_is_wrong_stands_on_the_page(self, open_page):
        app = open_page(PAGE, id="new")
        next(button for button in app.button if button.label == "保存する").click().run()
        assert not app.exception
        assert len(stored()) == 1
        assert app.error

    def test_deletes_a_rule(self, open_page, agreeing):
        app = open_page(PAGE)
        app.button(key="delete-1").click().run()
        assert stored() == []
        assert "「変更履歴」から元に戻せます" in agreeing[0]

    def test_a_rule_that_opened_a_broadcast_cannot_be_deleted(self, open_page, agreeing):
        open_page(PAGE).button(key="on-1").click().run()
        with transaction(Actor.system("test")) as tx:
            people_of(tx, ["350"])
            take(tx, "a1_VXSE51_first.xml")
        assert "delete-1" not in {button.key for button in open_page(PAGE).button}

    def test_markup_in_a_name_does_nothing(self, open_page):
        app = open_page(PAGE, id="1")
        app.text_input[0].set_value("**太字** :red[赤]")
        next(button for button in app.button if button.label == "保存する").click().run()
        assert "\\*\\*太字\\*\\*" in words(app)

    def test_without_permission_there_is_a_sentence(self, open_page, stage):
        app = open_page(PAGE, stage.manager)
        assert "権限" in words(app)
        assert not app.title
