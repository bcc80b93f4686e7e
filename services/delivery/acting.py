"""Who acts when messages are sent: the system, for nobody in particular."""

from core.actor import Actor

SENDER = Actor.system("delivery.send")
