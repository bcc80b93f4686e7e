"""Questions that only some are asked (条件分岐), on a page without a script: style rules hide them as one answers.

A browser that does not know ``:has`` shows every question, each with its condition above it; the server decides in
either case (``read_answer``).
"""

from collections.abc import Sequence

from services.broadcasts import QuestionRow


def hiding(questions: Sequence[QuestionRow]) -> list[str]:
    """Return the rules that hide each question with a condition while one of the answers it follows from is missing."""
    return [
        f"form:not(:has({chosen})) #q{question.key}-if {{ display: none; }}"
        for question in questions
        for chosen in _needed(question, questions)
    ]


def _needed(question: QuestionRow, questions: Sequence[QuestionRow]) -> list[str]:
    if question.only_if is None:
        return []
    earlier = questions[question.only_if.question - 1]
    options = [at for at, option in enumerate(earlier.options) if option in question.only_if.options]
    return [*_needed(earlier, questions), ", ".join(f"#q{earlier.key}-{at}:checked" for at in options)]
