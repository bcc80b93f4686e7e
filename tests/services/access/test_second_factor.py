"""The second factor: set up, asked for, never twice the same code, lost, required."""

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from core import clock
from core.actor import WHOLE, What
from core.audit import AuditRecord
from core.errors import Conflict, Invalid, NotFound, Refused
from core.inputs import Nothing
from core.transaction import Transaction
from data.models.access import Account, RecoveryCode, RequiredOf, SecondFactor
from services.access import (
    FactorCode,
    SignInRules,
    WhichAccount,
    actor_of_session,
    answer_second_factor,
    begin_attempt,
    begin_second_factor,
    confirm_second_factor,
    drop_second_factor,
    exchange_code,
    hash_of,
    new_token,
    own_second_factor,
    remove_second_factor,
    renew_recovery_codes,
    rules,
    set_rules,
    start_session,
    succeed,
    tries,
)
from services.access.sign_in import HALF_FOR
from services.access.tries import HERE, MOST_CODES, MOST_FAILURES
from tests.factories import account_of, actor_of, hash_of_password

HASH = hash_of_password("my dog eats green apples")
BROWSER = new_token()


@pytest.fixture
def mine(tx, acting, cast):
    """The staff member's own transaction, in a session of a browser."""
    account = account_of(tx, cast.staff)
    account.password_hash = HASH
    return acting(actor_of_session(tx, hash_of(start_session(tx, account.id))))


@pytest.fixture
def app(mine):
    """The app on the phone, which has read the secret."""
    begin_second_factor(mine, Nothing())
    return pyotp.TOTP(own_second_factor(mine, Nothing()).secret.replace(" ", ""))


@pytest.fixture
def codes(tx, mine, app):
    """The recovery codes, after the first code of the app."""
    return confirm_second_factor(mine, FactorCode(code=app.at(tx.now))).codes


@pytest.fixture
def later(session, tx):
    """Return a maker of transactions at a later moment."""

    def make(**passed):
        with clock.frozen(tx.now + timedelta(**passed)):
            return Transaction(session, tx.actor)

    return make


def half_code(tx):
    """Give the password."""
    passed = succeed(tx, begin_attempt(tx, "staff", HERE), hash_of(BROWSER))
    assert passed.half
    return passed.code


def answer(tx, half, typed, browser=BROWSER):
    """Give the second factor."""
    return answer_second_factor(tx, half, hash_of(browser), typed, HERE)


class TestGuessing:
    def test_thirty_wrong_codes_close_the_second_step_for_a_day_from_everywhere(self, tx, codes, app, later):
        """The password is known, and each guess comes from a network of its own: six digits would not hold for long."""
        half = half_code(tx)
        wrong = next(code for code in ("000000", "111111", "222222", "333333") if not app.verify(code, valid_window=3))
        for at in range(MOST_CODES):
            assert answer_second_factor(tx, half, hash_of(BROWSER), wrong, f"192.0.2.{at}") is None
        soon, tomorrow = later(hours=23), later(hours=24, minutes=1)
        half = half_code(soon)
        assert answer_second_factor(soon, half, hash_of(BROWSER), app.at(soon.now), "198.51.100.1") is None
        assert soon.scalar(select(tries.is_locked(soon.now)).where(Account.login == "staff"))
        half = half_code(tomorrow)
        assert answer_second_factor(tomorrow, half, hash_of(BROWSER), app.at(tomorrow.now), "198.51.100.1")

    def test_a_right_code_begins_the_count_anew(self, tx, codes, later):
        for at, code in enumerate(codes[:2]):
            half = half_code(now := later(minutes=20 * at))
            for _wrong in range(MOST_CODES // 2 + 1):
                answer_second_factor(now, half, hash_of(BROWSER), "-", f"192.0.2.{_wrong}")
            assert answer_second_factor(now, half, hash_of(BROWSER), code, "198.51.100.1")


class TestSetUp:
    def test_counts_only_after_a_code_of_the_app(self, tx, mine, app):
        assert not succeed(tx, begin_attempt(tx, "staff", HERE), hash_of(BROWSER)).half
        with pytest.raises(Invalid):
            confirm_second_factor(mine, FactorCode(code="000000" if app.at(tx.now) != "000000" else "111111"))
        assert own_second_factor(mine, Nothing()).since is None
        codes = confirm_second_factor(mine, FactorCode(code=app.at(tx.now))).codes
        own = own_second_factor(mine, Nothing())
        assert (own.since, own.secret, own.codes_left) == (mine.now, None, len(set(codes)))
        assert len(codes) == 10

    def test_neither_secret_nor_codes_are_in_the_database_or_the_trail(self, tx, app, codes):
        kept = tx.scalar(select(SecondFactor.secret))
        assert app.secret.encode() not in kept
        hashes = set(tx.execute(select(RecoveryCode.code_hash)).scalars())
        assert {hash_of(code.replace("-", "")) for code in codes} == hashes
        written = str([(row.input, row.changes) for row in tx.execute(select(AuditRecord)).scalars()])
        assert app.secret not in written
        assert not [code for code in codes if code in written]

    def test_while_it_is_on_no_other_takes_its_place(self, mine, codes):
        with pytest.raises(Refused):
            begin_second_factor(mine, Nothing())

    def test_new_recovery_codes_make_the_old_ones_void(self, tx, mine, app, codes):
        assert renew_recovery_codes(mine, FactorCode(code="wrong")).codes == []
        fresh = renew_recovery_codes(mine, FactorCode(code=codes[0])).codes
        assert not set(fresh) & set(codes)
        assert answer(tx, half_code(tx), codes[1]) is None
        assert answer(tx, half_code(tx), fresh[1])

    def test_is_switched_off_by_a_code_and_wrong_ones_count(self, tx, mine, codes):
        for _at in range(MOST_FAILURES):
            assert not drop_second_factor(mine, FactorCode(code="000000")).done
        assert not drop_second_factor(mine, FactorCode(code=codes[0])).done

    def test_switched_off_the_password_is_enough(self, tx, mine, codes):
        assert drop_second_factor(mine, FactorCode(code=codes[0])).done
        assert not succeed(tx, begin_attempt(tx, "staff", HERE), hash_of(BROWSER)).half


class TestSignIn:
    def test_the_password_alone_opens_nothing(self, tx, codes):
        assert exchange_code(tx, half_code(tx), BROWSER) is None

    def test_a_code_opens_a_session_in_the_same_browser(self, tx, later, app, codes, mine):
        now = later(seconds=60)
        half = half_code(now)
        with pytest.raises(Refused):
            answer(now, half, app.at(now.now), browser=new_token())
        code = answer(now, half, f" {app.at(now.now)[:3]} {app.at(now.now)[3:]} ")
        assert actor_of_session(now, hash_of(exchange_code(now, code, BROWSER))).account_id == mine.actor.account_id
        with pytest.raises(Refused):
            answer(now, half, codes[0])

    def test_no_code_works_twice_nor_one_before_it(self, tx, later, app, codes):
        assert answer(tx, half_code(tx), app.at(tx.now)) is None  # it switched the second factor on
        now = later(seconds=60)
        before, this = app.at(now.now - timedelta(seconds=30)), app.at(now.now)
        assert answer(now, half_code(now), this)
        for used in (this, before):
            assert answer(now, half_code(now), used) is None
        assert answer(now, half_code(now), app.at(now.now + timedelta(seconds=30)))

    def test_a_clock_that_is_minutes_off_is_not_followed(self, later, app, codes):
        now = later(seconds=600)
        for off in (-60, 60):
            assert answer(now, half_code(now), app.at(now.now + timedelta(seconds=off))) is None

    def test_full_width_digits_are_digits(self, later, app, codes):
        now = later(seconds=60)
        assert answer(now, half_code(now), app.at(now.now).translate({48 + at: 0xFF10 + at for at in range(10)}))

    def test_a_recovery_code_works_once(self, tx, mine, codes):
        assert answer(tx, half_code(tx), codes[0].lower().replace("-", " "))
        assert answer(tx, half_code(tx), codes[0]) is None
        assert own_second_factor(mine, Nothing()).codes_left == len(codes) - 1

    def test_waits_five_minutes(self, tx, later, codes):
        half = half_code(tx)
        with pytest.raises(Refused):
            answer(later(seconds=HALF_FOR.total_seconds()), half, codes[0])
        assert answer(later(seconds=HALF_FOR.total_seconds() - 1), half, codes[0])

    def test_wrong_codes_are_counted_like_passwords_and_the_password_does_not_reset_them(self, tx, codes):
        for _at in range(MOST_FAILURES // 2):
            assert answer(tx, half_code(tx), "000000") is None
        assert begin_attempt(tx, "staff", HERE).account_id is None

    def test_once_closed_the_right_one_is_refused_too(self, tx, codes):
        half = half_code(tx)
        for _at in range(MOST_FAILURES):
            answer(tx, half, "000000")
        assert answer(tx, half, codes[0]) is None

    @pytest.mark.parametrize("typed", ["", "0", "\0", "\ud83d", "あ" * 50, "0" * 10_000, "' or 1=1 --"])
    def test_whatever_is_typed_is_wrong(self, tx, codes, typed):
        assert answer(tx, half_code(tx), typed) is None


class TestLost:
    def test_an_administrator_removes_it_and_that_is_written_down(self, tx, administrator, cast, codes):
        remove_second_factor(administrator, WhichAccount(id=account_of(tx, cast.staff).id))
        assert not succeed(tx, begin_attempt(tx, "staff", HERE), hash_of(BROWSER)).half
        written = select(AuditRecord).where(AuditRecord.process == remove_second_factor.name)
        record = tx.execute(written).scalar_one()
        assert record.changes[0]["before"] == {"second_factor": True}
        assert tx.scalar(select(RecoveryCode)) is None

    def test_not_of_somebody_who_may_do_more_or_has_none(self, tx, acting, administrator, cast, codes):
        limited = acting(actor_of(tx, cast.manager))
        limited.actor = replace(limited.actor, grants={(remove_second_factor.name, What.DO): WHOLE})
        with pytest.raises(Refused):
            remove_second_factor(limited, WhichAccount(id=account_of(tx, cast.administrator).id))
        with pytest.raises(NotFound):
            remove_second_factor(administrator, WhichAccount(id=account_of(tx, cast.manager).id))


class TestRequired:
    @pytest.mark.parametrize(("of", "confined"), [
        (RequiredOf.NOBODY, (False, False)), (RequiredOf.ADMINISTRATORS, (True, False)),
        (RequiredOf.EVERYBODY, (True, True)),
    ])  # fmt: skip
    def test_holds_every_grant_back_until_it_is_set_up(self, tx, administrator, cast, of, confined):
        set_rules(administrator, SignInRules(second_factor=of))
        for person, held in zip((cast.administrator, cast.manager), confined, strict=True):
            actor = actor_of_session(tx, hash_of(start_session(tx, account_of(tx, person).id)))
            assert (actor.confined, actor.grants == {}) == (held, held)

    def test_whoever_has_it_goes_on(self, tx, administrator, mine, codes):
        set_rules(administrator, SignInRules(second_factor=RequiredOf.EVERYBODY))
        actor = actor_of_session(tx, hash_of(start_session(tx, mine.actor.account_id)))
        assert not actor.confined
        assert own_second_factor(mine, Nothing()).required

    def test_two_changes_at_once_are_a_conflict(self, administrator):
        set_rules(administrator, SignInRules(second_factor=RequiredOf.EVERYBODY))
        assert rules(administrator, Nothing()).second_factor is RequiredOf.EVERYBODY
        with pytest.raises(Conflict):
            set_rules(administrator, SignInRules(second_factor=RequiredOf.NOBODY))
