"""Steps that follow one another: which there are, where one stands, what comes next. The step stands in the address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from core.i18n import N_, _
from pages.kit.address import put

STEP = "step"


@dataclass(frozen=True)
class Step:
    """One step: its key in the address and its name, translated already."""

    key: str
    name: str


@dataclass(frozen=True)
class Wizard:
    """Where a person stands among the steps."""

    steps: Sequence[Step]
    at: int

    @property
    def current(self) -> str:
        """Return the key of the present step."""
        return self.steps[self.at].key

    def go(self, key: str) -> None:
        """Stand at another step from the next run on."""
        put(STEP, key)

    def buttons(
        self,
        *,
        ready: bool = True,
        why: str = "",
        then: Callable[[], object] | None = None,
        forward: bool = True,
    ) -> None:
        """Draw “back” and “next”. ``why`` says what is missing while not ``ready``; ``forward=False``: only “back”.

        ``then`` is done first; the next step opens only when it returns something true.
        """
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if self.at > 0:
                st.button(
                    _(N_("Back")), key="wizard.step.back", icon=":material/arrow_back:",
                    on_click=self.go, args=(self.steps[self.at - 1].key,),
                )  # fmt: skip
            pressed = forward and self.at + 1 < len(self.steps) and st.button(
                _(N_("Next: {page}"), page=self.steps[self.at + 1].name),
                key="wizard.step.next", type="primary", disabled=not ready,
            )  # fmt: skip
            if why and not ready:
                st.caption(why)
        if pressed and (then is None or then()):
            self.go(self.steps[self.at + 1].key)
            st.rerun()


def wizard(
    steps: Sequence[Step], *, reached: str | None = None, usual: str | None = None
) -> Wizard:  # fmt: skip
    """Show the steps and return where the person stands.

    ``reached`` is the furthest step that may be open by now; ``usual`` the one to stand at when the address names none.
    """
    keys = [step.key for step in steps]
    furthest = keys.index(reached) if reached else len(steps) - 1
    wanted = st.query_params.get(STEP, usual or keys[0])
    at = min(keys.index(wanted) if wanted in keys else 0, furthest)
    st.html(_list(steps, at))
    return Wizard(steps, at)


def _list(steps: Sequence[Step], at: int) -> str:
    items = []
    for number, step in enumerate(steps):
        state = 'class="done"' if number < at else 'aria-current="step"' if number == at else ""
        said = _(N_("(done)")) if number < at else _(N_("(now)")) if number == at else ""
        mark = "✓" if number < at else str(number + 1)
        items.append(f"<li {state}><b aria-hidden='true'>{mark}</b><span>{escape(step.name)}</span>"
                     f"<span class='unseen'>{escape(said)}</span></li>")  # fmt: skip
    label = escape(_(N_("Steps")), quote=True)
    return f'<ol class="steps" aria-label="{label}">{"".join(items)}</ol>'
