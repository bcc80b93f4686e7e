"""Registration (登録案内・連絡先登録, D11, X07): how people register and prove the ways in which they are reached.

Whoever has an account does it on *my page*; everybody else by a link of their own (``make_links``), from a mail or from
paper. What a person gave is a contact point once it is proved; until then it is a claim.
"""

from services.registration import erasing, retained  # noqa: F401 - they declare
from services.registration.app import NewApp, add_app
from services.registration.guiding.handout import (
    HandoutRow,
    Printing,
    Prints,
    WhichHandout,
    drop_handout,
    handout,
    handouts,
    print_guides,
)
from services.registration.guiding.list import GuideRow, GuidesAsk, GuideState, guides
from services.registration.guiding.preview import Preview, guide_page, guide_preview
from services.registration.guiding.sending import Guided, Mails, guide
from services.registration.guiding.texts import EditText, WhichText, edit_guide_text, guide_text
from services.registration.guiding.whom import Whom, WhomAsk
from services.registration.line import (
    Happened,
    LineCode,
    LineTold,
    line_code,
    take_line,
)
from services.registration.links import VALID_DAYS, Opened, make_links, opened
from services.registration.mine import OwnContacts, Waiting, WhoseMine, own_contacts
from services.registration.office import (
    LinkRow,
    MadeLink,
    NewLink,
    WhichPerson,
    link,
    make_link,
    own_link,
    revoke_link,
)
from services.registration.own import (
    ChosenSpeech,
    GivenCode,
    GivenLink,
    Judged,
    NewMail,
    NewMobile,
    SaidOfContact,
    Speaks,
    Verdict,
    WhichClaim,
    WhichContact,
    add_mail,
    add_mobile,
    cancel,
    choose_language,
    confirm,
    confirm_link,
    dispute,
    prove_contact,
    put_first,
    remove,
    send_again,
)
from services.registration.proofs import send_proof
from services.registration.whose import Whose

__all__ = [
    "VALID_DAYS",
    "ChosenSpeech",
    "EditText",
    "GivenCode",
    "GivenLink",
    "GuideRow",
    "GuideState",
    "Guided",
    "GuidesAsk",
    "HandoutRow",
    "Happened",
    "Judged",
    "LineCode",
    "LineTold",
    "LinkRow",
    "MadeLink",
    "Mails",
    "NewApp",
    "NewLink",
    "NewMail",
    "NewMobile",
    "Opened",
    "OwnContacts",
    "Preview",
    "Printing",
    "Prints",
    "SaidOfContact",
    "Speaks",
    "Verdict",
    "Waiting",
    "WhichClaim",
    "WhichContact",
    "WhichHandout",
    "WhichPerson",
    "WhichText",
    "Whom", "WhomAsk",
    "Whose",
    "WhoseMine",
    "add_app",
    "add_mail",
    "add_mobile",
    "cancel",
    "choose_language",
    "confirm",
    "confirm_link",
    "dispute",
    "drop_handout",
    "edit_guide_text",
    "guide",
    "guide_page", "guide_preview",
    "guide_text",
    "guides",
    "handout",
    "handouts",
    "line_code",
    "link",
    "make_link",
    "make_links",
    "opened",
    "own_contacts",
    "own_link",
    "print_guides",
    "prove_contact",
    "put_first",
    "remove",
    "revoke_link",
    "send_again",
    "send_proof",
    "take_line",
]  # fmt: skip
