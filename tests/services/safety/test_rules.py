"""Rules for earthquakes: made, changed, switched, deleted, seeded (D07)."""

import pytest
from sqlalchemy import func, select

from core.audit import AuditRecord
from core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from core.i18n import using_language
from core.inputs import Nothing, validated
from data.models.broadcasts import MailTemplate, QuestionForm
from data.models.safety import Rule
from services import broadcasts
from services.safety import EditRule, Intensity, WhichRule, delete_rule, edit_rule, rules, seed_samples
from tests.factories import actor_of
from tests.services.safety.conftest import people_of, take


def editing(row, **changed):
    """Return what a form sends for a rule with some fields changed."""
    values = {name: getattr(row, name) for name in EditRule.model_fields} | changed
    return validated(EditRule, values)


class TestRules:
    """``safety.rules``."""

    def test_D07_lists_rules_weakest_threshold_first_with_what_they_send(self, tx, rule):
        rule("6-"), rule("3"), rule("5+")
        listed = rules(tx, Nothing())
        assert [row.threshold for row in listed] == ["3", "5+", "6-"]
        assert {(row.template, row.form, row.used) for row in listed} == {("安否確認", "安否確認", False)}

    def test_is_refused_without_permission(self, tx, acting, cast):
        with pytest.raises(NotAllowed):
            rules(acting(actor_of(tx, cast.staff)), Nothing())


class TestEdit:
    """``safety.edit_rule``."""

    def test_makes_a_rule_and_records_it(self, tx, rule):
        made = rule("5-")
        assert (made.threshold, made.enabled, made.version) == (Intensity.FIVE_LOWER, True, 1)
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "safety.edit_rule")).scalar_one()
        assert record.subject == f"rule:{made.id}"
        assert record.changes[0]["after"]["threshold"] == "5-"

    def test_changes_a_rule(self, tx, rule):
        made = rule("5-")
        changed = edit_rule(tx, editing(made, threshold="6-", enabled=False, name="大きな地震"))
        assert (changed.name, changed.threshold, changed.enabled, changed.version) == ("大きな地震", "6-", False, 2)

    def test_who_saves_what_somebody_else_has_changed_is_told(self, tx, rule):
        made = rule("5-")
        edit_rule(tx, editing(made, name="先に保存"))
        with pytest.raises(Conflict):
            edit_rule(tx, editing(made, name="あとから保存"))
        assert rules(tx, Nothing())[0].name == "先に保存"

    def test_a_name_is_used_once(self, tx, rule):
        first, second = rule("5-"), rule("6-")
        with pytest.raises(Refused):
            edit_rule(tx, editing(second, name=first.name))

    @pytest.mark.parametrize("threshold", ["1", "2", "8", "", "５弱"])
    def test_a_threshold_is_on_the_scale_from_3_to_7(self, tx, rule, threshold):
        with pytest.raises(Invalid):
            editing(rule("5-"), threshold=threshold)

    @pytest.mark.parametrize("threshold", ["3", "4", "5-", "5+", "6-", "6+", "7"])
    def test_the_database_takes_every_threshold(self, rule, threshold):
        assert rule(threshold).threshold == threshold

    @pytest.mark.parametrize("gone", ["id", "template_id", "form_id"])
    def test_what_is_gone_is_said(self, tx, rule, gone):
        with pytest.raises(NotFound):
            edit_rule(tx, editing(rule("5-"), **{gone: 999_999}))

    def test_is_refused_without_permission(self, tx, acting, cast, rule):
        with pytest.raises(NotAllowed):
            edit_rule(acting(actor_of(tx, cast.manager)), editing(rule("5-")))


class TestDelete:
    """``safety.delete_rule``."""

    def test_deletes_a_rule_that_opened_nothing(self, tx, rule):
        delete_rule(tx, WhichRule(id=rule("5-").id))
        assert rules(tx, Nothing()) == []

    def test_a_rule_that_opened_a_broadcast_stays(self, tx, rule):
        made = rule("5-")
        people_of(tx, ["350"])
        take(tx, "a1_VXSE51_first.xml")
        assert rules(tx, Nothing())[0].used
        with pytest.raises(Refused):
            delete_rule(tx, WhichRule(id=made.id))

    def test_what_is_gone_is_said(self, tx):
        with pytest.raises(NotFound):
            delete_rule(tx, WhichRule(id=999_999))

    def test_is_refused_without_permission(self, tx, acting, cast, rule):
        with pytest.raises(NotAllowed):
            delete_rule(acting(actor_of(tx, cast.manager)), WhichRule(id=rule("5-").id))

    @pytest.mark.parametrize("kind", ["template", "form"])
    def test_a_template_or_form_of_a_rule_stays(self, tx, rule, kind):
        made = rule("5-")
        delete, ask = {
            "template": (broadcasts.delete_template, broadcasts.DeleteTemplate(id=made.template_id)),
            "form": (broadcasts.delete_form, broadcasts.DeleteForm(id=made.form_id)),
        }[kind]
        with pytest.raises(Refused):
            delete(tx, ask)


class TestSamples:
    """What is there at the first start."""

    def test_D07_one_rule_of_each_kind_switched_off_with_the_sample_texts(self, tx):
        broadcasts.seed_samples(tx)
        seed_samples(tx)
        listed = rules(tx, Nothing())
        assert [(row.name, row.kind, row.enabled) for row in listed] == [
            ("震度5弱以上", "earthquake", False), ("津波警報以上", "tsunami", False),
            ("特別警報", "special_warning", False),
        ]  # fmt: skip
        assert (listed[0].threshold, listed[1].grade, len(listed[2].warnings)) == ("5-", "warning", 7)
        for row in listed:
            assert tx.get(MailTemplate, row.template_id).sample == tx.get(QuestionForm, row.form_id).sample == "safety"

    def test_seeding_again_changes_nothing(self, tx):
        broadcasts.seed_samples(tx)
        seed_samples(tx)
        edit_rule(tx, editing(rules(tx, Nothing())[0], enabled=True))
        seed_samples(tx)
        assert tx.scalar(select(func.count()).select_from(Rule)) == 3
        assert rules(tx, Nothing())[0].enabled


def test_every_threshold_has_a_word_in_both_languages():
    for language, word in (("ja", "震度5弱"), ("en", "seismic intensity 5 lower")):
        with using_language(language):
            assert Intensity.FIVE_LOWER.label == word
