"""Setup (導入, D17): first start, the organisation and its look, the guide of fourteen steps, long work, the doctor."""

from services.setup import retained  # noqa: F401 - declares what is kept how long
from services.setup.code import announce, new_code
from services.setup.doctor import Finding, FindingRow, diagnosis, examine
from services.setup.guide import GuideRow, StepMark, StepRow, guide, mark_step
from services.setup.headcount import count_again
from services.setup.look import ChangedLook, Look, NewLogo, change_logo, change_look, logo, look, remove_logo, show_look
from services.setup.standing import StandingRow, standing
from services.setup.start import FirstStart, InstallationRow, Started, StartWith, installation, start
from services.setup.steps import StepState
from services.setup.work import WorkAsk, WorkStatus, show_work
from services.setup.works import ListedWork, WorksAsk, list_works

__all__ = [
    "ChangedLook", "Finding", "FindingRow", "FirstStart", "GuideRow", "InstallationRow", "ListedWork", "Look",
    "NewLogo", "StandingRow", "StartWith", "Started", "StepMark", "StepRow", "StepState", "WorkAsk", "WorkStatus",
    "WorksAsk", "announce", "change_logo", "change_look", "count_again", "diagnosis", "examine", "guide",
    "installation", "list_works", "logo", "look", "mark_step", "new_code", "remove_logo", "show_look", "show_work",
    "standing", "start",
]  # fmt: skip
