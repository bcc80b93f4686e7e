"""Invitations (招待, C10): people become members by a link in a mail, with permission sets that wait for them."""

from services.invitations import erasing, needs  # noqa: F401 - they declare
from services.invitations.accepting import Accept, Accepted, Opened, accept_invitation, open_invitation
from services.invitations.handling import Handled, WhichInvitations, resend_invitations, withdraw_invitations
from services.invitations.inviting import Invited, NewInvitations, invite_members
from services.invitations.mail import send_invitations
from services.invitations.search import InvitationRow, InvitationsAsk, search_invitations
from services.invitations.states import InvitationState
from services.invitations.whom import Skipped

__all__ = [
    "Accept", "Accepted", "Handled", "InvitationRow", "InvitationState", "InvitationsAsk", "Invited",
    "NewInvitations", "Opened", "Skipped", "WhichInvitations", "accept_invitation", "invite_members",
    "open_invitation", "resend_invitations", "search_invitations", "send_invitations", "withdraw_invitations",
]  # fmt: skip
