"""Move the browser to a route of ours that sets or clears a cookie, which a Streamlit run cannot do itself.

Streamlit has no public call for this: ``st.login`` and ``st.logout`` send the same internal message. The Content
Security Policy forbids the other way, a script inside the page. A browser test of its own watches that it works.
"""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.settings import settings


def signed_out() -> None:
    """Send the browser to where the cookie of the session that has just ended is cleared, by the provider if any."""
    redirect("/provider/end" if settings().provider else "/session/end")


def redirect(path: str) -> None:
    """Send the browser to ``path`` on this host; the present run goes on until the browser leaves."""
    context = get_script_run_ctx()
    if context is not None:
        message = ForwardMsg()
        message.auth_redirect.url = path
        context.enqueue(message)
