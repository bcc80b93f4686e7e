"""The outside of a telegram: bytes that may be anything become a JMA report, or an error that says what to do.

Telegrams come from files and feeds, so the bytes are not trusted: no document type, no entities, no look-ups elsewhere,
a limit on the size. JMA's own telegrams use none of these; the largest kind (radar, 4 MB) stays below the limit.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element
from xml.parsers.expat import errors

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from core.errors import Invalid
from core.i18n import N_

LIMIT_MB = 5
NAMESPACE = "http://xml.kishou.go.jp/jmaxml1/"
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
CUT_SHORT = {
    errors.codes[errors.XML_ERROR_NO_ELEMENTS],
    errors.codes[errors.XML_ERROR_UNCLOSED_TOKEN],
    errors.codes[errors.XML_ERROR_PARTIAL_CHAR],
    errors.codes[errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
}
STRANGE_ENCODING = {
    errors.codes[errors.XML_ERROR_UNKNOWN_ENCODING],
    errors.codes[errors.XML_ERROR_INCORRECT_ENCODING],
}


def open_report(xml: bytes) -> Element:
    """Return the root element of a JMA report (気象庁防災情報XML); raises Invalid for anything else."""
    _check_outside(xml)
    root = _parse(xml)
    if root.tag != f"{{{NAMESPACE}}}Report":
        raise Invalid(
            N_(
                "This XML is not a JMA report: it begins with <{name}>, not with JMA's <Report>. "
                "Choose a telegram as the Japan Meteorological Agency issued it."
            ),
            name=local_name(root)[:60],
        )
    return root


def local_name(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element, name: str) -> Iterator[Element]:
    """Yield the children of that name, in whatever namespace: JMA has one for each part of a report."""
    return (child for child in element if local_name(child) == name)


def find(element: Element | None, *path: str) -> Element | None:
    """Return the first element at the end of a path of names, or None where the path breaks off."""
    for name in path:
        if element is None:
            return None
        element = next(children(element, name), None)
    return element


def text(element: Element | None, *path: str) -> str:
    """Return the trimmed text at the end of a path; empty where there is none."""
    found = find(element, *path)
    return (found.text or "").strip() if found is not None else ""


def aware_moment(value: str) -> datetime | None:
    """Return a time with its offset, in that offset; None for anything else, or what no clock in UTC could show."""
    try:
        moment = datetime.fromisoformat(value)
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else None


def _check_outside(xml: bytes) -> None:
    if not xml.strip():
        raise Invalid(N_("The telegram is empty. Choose the XML file as the Japan Meteorological Agency issued it."))
    if len(xml) > LIMIT_MB * 1024 * 1024:
        raise Invalid(
            N_(
                "The telegram is larger than {limit} MB, which JMA telegrams never are. "
                "Check that it is the right file."
            ),
            limit=LIMIT_MB,
        )
    if not xml.lstrip().startswith((b"<", *BYTE_ORDER_MARKS)):
        raise Invalid(N_("The file is not XML. Choose the XML file as the Japan Meteorological Agency issued it."))


def _parse(xml: bytes) -> Element:
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Invalid(
            N_(
                "The telegram declares a document type or entities (DTD), which JMA telegrams never do. "
                "It was not read: fetch it again from the Japan Meteorological Agency."
            )
        ) from error
    except ParseError as error:
        raise _damaged(error) from error
    except (LookupError, ValueError) as error:
        raise _unreadable_encoding() from error
    return root


def _unreadable_encoding() -> Invalid:
    return Invalid(
        N_("The telegram is written in an encoding that cannot be read. JMA telegrams are UTF-8: fetch it again.")
    )


def _damaged(error: SyntaxError) -> Invalid:
    line, _column = getattr(error, "position", (1, 0))
    code = getattr(error, "code", 0)
    if code in STRANGE_ENCODING:
        return _unreadable_encoding()
    if code in CUT_SHORT:
        return Invalid(N_("The telegram breaks off at line {line}: its end is missing. Fetch it again."), line=line)
    return Invalid(N_("The telegram is damaged: line {line} is not valid XML. Fetch it again."), line=line)
