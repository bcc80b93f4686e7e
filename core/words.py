"""What people call the members of an enumeration: said once, beside the enumeration, for forms, tables and files."""

from enum import StrEnum

from core.i18n import _

_words: dict[tuple[str, str], str] = {}


def named(kind: type[StrEnum], **words: str) -> None:
    """Give the members of ``kind`` their words: message ids by member value, for instance ``dead=N_("Fails")``."""
    unknown = set(words) - {member.value for member in kind}
    if unknown:
        raise RuntimeError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    _words.update({(kind.__qualname__, value): word for value, word in words.items()})


def word(member: StrEnum) -> str:
    """Return what people call a member, in the current language; one without a word shows its value."""
    found = _words.get((type(member).__qualname__, member.value))
    return _(found) if found else member.value
