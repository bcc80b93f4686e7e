"""Access (権限, X06, D05): accounts, sign-in, sessions, permission sets and how far they reach."""

from data.models.access import AccountStatus
from services.access import erasing, key_answers, needs, retained  # noqa: F401 - declare what is kept how long
from services.access.account_changes import (
    Handled,
    Invitation,
    NewAccount,
    SignedOut,
    WhichAccount,
    invite,
    may_invite,
    open_account,
    reopen_account,
    sign_out_everywhere,
    stop_account,
)
from services.access.account_list import (
    AccountRow,
    AccountsAsk,
    AssignmentRow,
    CandidatesAsk,
    list_accounts,
    list_candidates,
)
from services.access.accounts import open_accounts, stop_accounts_of, taken_logins, usable_login
from services.access.actors import actor_for, grants_of
from services.access.addressees import addressees
from services.access.assigning_many import GivenToMany, ManyAssigned, assign_many
from services.access.assignments import NewAssignment, WhichAssignment, assign, department_within, giveable, unassign
from services.access.branches import (
    LEFT_OUT,
    SEPARATOR,
    TREE_ORDER,
    department_of,
    lies_below,
    shown_line,
    whole_names,
)
from services.access.called import called, has_letters
from services.access.creators import MessageRuleRow, MessageRules, message_rule, set_message_rule
from services.access.deleting import DeletedSet, LosingAsk, LosingRow, delete_set, losing
from services.access.explaining import ExplainAsk, Explained, Explanation, explain, reach_in_words
from services.access.first import has_accounts, make_first_administrator, sync_shipped_sets
from services.access.forgotten import Forgotten, ResetLetter, forgot_password, reset_letter
from services.access.holders import Lies, holds_there, may_do
from services.access.invitations import InvitedRow, invited, use_link
from services.access.joining import Joins, join
from services.access.key_answers import AnotherRequest, Kept, Named, StillRunning, keep_answer, kept_answer
from services.access.key_use import Recognised, recognise
from services.access.keys import (
    BEGINNING,
    KeyRow,
    KeysAsk,
    KeyState,
    MadeKey,
    NewKey,
    WhichKey,
    list_keys,
    make_key,
    revoke_key,
)
from services.access.look_as import Looking, look_as, stop_looking
from services.access.looking import Looked
from services.access.own import (
    ChangedPassword,
    ChosenLanguage,
    ChosenMails,
    Language,
    change_language,
    change_password,
    choose_mails,
    own_account,
    sign_out,
    sign_out_all,
)
from services.access.own_factor import (
    FactorCode,
    OwnFactor,
    begin_second_factor,
    confirm_second_factor,
    drop_second_factor,
    own_second_factor,
    remove_second_factor,
    renew_recovery_codes,
)
from services.access.own_sessions import (
    EndedSessions,
    OwnSession,
    WhichSession,
    end_own_session,
    own_sessions,
    sign_out_others,
)
from services.access.passwords import fits
from services.access.processes import ProcessRow, list_processes
from services.access.provider import Identity, sign_in_as
from services.access.reach import (
    covers,
    departments_within,
    once_within,
    people_ids_within,
    people_of,
    people_within,
    search_within,
    to_choose,
)
from services.access.role_gaps import RoleGap, role_gaps
from services.access.roles import list_roles
from services.access.rules import RulesRow, SignInRules, rules, set_rules
from services.access.second_factor import address_of, is_on
from services.access.sessions import actor_of_session, end_session_of_cookie, is_living, living_sessions, start_session
from services.access.sets import EditedSet, SetRow, edit_set, list_sets, set_choices
from services.access.side_by_side import ChangedSet, ChangedSets, SetsChanged, edit_sets
from services.access.sign_in import (
    Attempt,
    Passed,
    answer_second_factor,
    begin_attempt,
    exchange_code,
    issue_code,
    succeed,
)
from services.access.tokens import hash_of, new_token
from services.access.tries import network_of
from services.access.who_may import WhoMayAsk, WhoMayRow, who_may
from services.access.why import Why, WhyAsk, WhyRow, why

__all__ = [
    "BEGINNING", "LEFT_OUT", "SEPARATOR", "TREE_ORDER", "AccountRow", "AccountStatus", "AccountsAsk",
    "AnotherRequest", "AssignmentRow", "Attempt", "CandidatesAsk", "ChangedPassword", "ChangedSet", "ChangedSets",
    "ChosenLanguage", "ChosenMails", "DeletedSet", "EditedSet", "EndedSessions", "ExplainAsk", "Explained",
    "Explanation", "FactorCode", "Forgotten", "GivenToMany", "Handled", "Identity", "Invitation", "InvitedRow",
    "Joins", "Kept", "KeyRow", "KeyState", "KeysAsk", "Language", "Lies", "Looked", "Looking", "LosingAsk",
    "LosingRow", "MadeKey", "ManyAssigned", "MessageRuleRow", "MessageRules", "Named", "NewAccount",
    "NewAssignment", "NewKey", "OwnFactor", "OwnSession", "Passed", "ProcessRow", "Recognised", "ResetLetter",
    "RoleGap", "RulesRow", "SetRow", "SetsChanged", "SignInRules", "SignedOut", "StillRunning", "WhichAccount",
    "WhichAssignment", "WhichKey", "WhichSession", "WhoMayAsk", "WhoMayRow", "Why", "WhyAsk", "WhyRow", "actor_for",
    "actor_of_session", "address_of", "addressees", "answer_second_factor", "assign", "assign_many",
    "begin_attempt", "begin_second_factor", "called", "change_language", "change_password", "choose_mails",
    "confirm_second_factor", "covers", "delete_set", "department_of", "department_within", "departments_within",
    "drop_second_factor", "edit_set", "edit_sets", "end_own_session", "end_session_of_cookie", "exchange_code",
    "explain", "fits", "forgot_password", "giveable", "grants_of", "has_accounts", "has_letters", "hash_of",
    "holds_there", "invite", "invited", "is_living", "is_on", "issue_code", "join", "keep_answer", "kept_answer",
    "key_answers", "lies_below", "list_accounts", "list_candidates", "list_keys", "list_processes", "list_roles",
    "list_sets", "living_sessions", "look_as", "losing", "make_first_administrator", "make_key", "may_do",
    "may_invite", "message_rule", "needs", "network_of", "new_token", "once_within", "open_account",
    "open_accounts", "own_account", "own_second_factor", "own_sessions", "people_ids_within", "people_of",
    "people_within", "reach_in_words", "recognise", "remove_second_factor", "renew_recovery_codes",
    "reopen_account", "reset_letter", "revoke_key", "role_gaps", "rules", "search_within", "set_choices",
    "set_message_rule", "set_rules", "shown_line", "sign_in_as", "sign_out", "sign_out_all", "sign_out_everywhere",
    "sign_out_others", "start_session", "stop_account", "stop_accounts_of", "stop_looking", "succeed",
    "sync_shipped_sets", "taken_logins", "to_choose", "unassign", "usable_login", "use_link", "who_may",
    "whole_names", "why",
]  # fmt: skip
