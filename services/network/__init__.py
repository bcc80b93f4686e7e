"""Contact network (連絡網, D12, D15, X07): who has registered what, which contacts fail, what is left to mend."""

from services.network import erasing, testing, words  # noqa: F401 - they declare
from services.network.checks.checking import (
    CheckPreview,
    check_contacts,
    check_when_due,
    preview_contact_check,
)
from services.network.checks.past import ChecksAsk, ContactCheck, contact_checks
from services.network.checks.rule import CheckRule, CheckRuleRow, contact_check, set_contact_check
from services.network.counting import count_again, counts_of, tops_of
from services.network.listing import ListOf, export_network, to_list
from services.network.mending import Mend, Mended, MendedPerson, mend
from services.network.reviving import Revive, ReviveFound, revive, revive_found
from services.network.search import NetworkAsk, NetworkRow, search_network
from services.network.settling import settle, settle_waiting
from services.network.sharing import Share, share_numbers
from services.network.testing import note_last_test
from services.network.tree import Network, NetworkNow, TreeAsk, TreeRow, network_counts, network_tree, whole_network
from services.network.words import Finding, Registered

__all__ = [
    "CheckPreview", "CheckRule", "CheckRuleRow", "ChecksAsk", "ContactCheck", "Finding", "ListOf", "Mend", "Mended",
    "MendedPerson", "Network", "NetworkAsk", "NetworkNow", "NetworkRow", "Registered", "Revive", "ReviveFound",
    "Share", "TreeAsk", "TreeRow", "check_contacts", "check_when_due", "contact_check", "contact_checks",
    "count_again", "counts_of", "export_network", "mend", "network_counts", "network_tree", "note_last_test",
    "preview_contact_check", "revive", "revive_found", "search_network", "set_contact_check", "settle",
    "settle_waiting", "share_numbers", "to_list", "tops_of", "whole_network",
]  # fmt: skip
