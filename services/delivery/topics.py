"""SNS topics that tell what became of messages (通知のトピック): their names, and where they tell it."""

import re
from typing import Annotated

from pydantic import AfterValidator

from core.i18n import N_
from core.inputs import WrongValue

NOTICES = "/aws/notices"
"""Where SNS hands notices over."""

ARN = re.compile(r"arn:aws(-[a-z]+)*:sns:[a-z0-9-]{3,30}:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?")


def topic_arn(value: str) -> str:
    """Refuse what is no name of an SNS topic; empty is none."""
    plain = value.strip()
    if plain and not ARN.fullmatch(plain):
        raise WrongValue(N_("This is no SNS topic. Its ARN begins with arn:aws:sns: and ends with the topic’s name."))
    return plain


TopicArn = Annotated[str, AfterValidator(topic_arn)]
