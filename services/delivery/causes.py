"""What a mail server's word means (SMTPの応答), in a sentence that says what to do.

Words are kept as they came, since servers write what they like; they are told apart when somebody looks.
"""

import re

from core.i18n import N_, _
from services.delivery.providers.smtp_line import tells_of_a_dead_address

HUNG_UP = N_("The mail server hung up. Check server, port and encryption.")
CAUSES = tuple(
    (re.compile(pattern, re.IGNORECASE), sentence)
    for pattern, sentence in (
        (r"^535\b", N_("The mail server does not take user and password. Check both.")),
        (r"^530\b", N_("The mail server asks for a sign-in. Enter user and password, and choose an encryption.")),
        (r"^4\d\d\b", N_("The mail server takes nothing at the moment. Try again later.")),
        (r"^5\d\d\b", N_("The mail server refused it. Check whether the sender address may be used there.")),
        (
            r"name or service not known|name resolution|no address associated|nodename nor servname|getaddrinfo",
            N_("There is no mail server of this name. Check the name for typing errors."),
        ),
        (r"connection refused", N_("Nothing answers at this port of the mail server. Check server and port.")),
        (r"timed out", N_("The mail server did not answer in time. Check server and port, and the firewall between.")),
        (r"no route to host|unreachable", N_("The mail server cannot be reached from here. Check the network.")),
        (
            r"certificate_verify_failed",
            N_("The mail server's certificate is not trusted, or is for another name. Check the server's name."),
        ),
        (r"starttls extension not supported", N_("The mail server offers no STARTTLS. Choose another encryption.")),
        (
            r"auth extension not supported|no suitable authentication",
            N_(
                "The mail server takes no sign-in on this connection. Choose another encryption, or leave the user "
                "empty."
            ),
        ),
        (r"\bssl\b|ssl:", N_("No encryption could be agreed on. Check whether the port goes with the encryption.")),
        (r"closed|reset by peer|broken pipe|please run connect", HUNG_UP),
    )
)
ANSWER = re.compile(r"^[2-5]\d\d\b")
NO_ADDRESS = N_("The mail server says that there is no such address. Check the address of the recipient.")
UNKNOWN = N_("The connection to the mail server failed: {word}")


def cause(word: str) -> str:
    """Return what a word means, in the current language."""
    plain = word.strip()
    if own_words(plain) and tells_of_a_dead_address(plain):
        return _(NO_ADDRESS)
    sentence = next((sentence for pattern, sentence in CAUSES if pattern.search(plain)), None)
    return _(sentence) if sentence else _(UNKNOWN, word=plain or "-")


def own_words(word: str) -> str:
    """Return what the mail server itself said; empty where the word is not the server's but this machine's."""
    plain = word.strip()
    return plain if ANSWER.match(plain) else ""
