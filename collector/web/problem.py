"""What is wrong with an address, as a page: what, where, and what to do."""

from collector.web.page import Page
from collector.web.view import View


class NotThere(LookupError):
    """The address names something that the board does not have; str() is one sentence for the reader."""


def page(view: View, said: str) -> Page:
    """One sentence and the way back."""
    context = {"title": view.words("problem.title"), "said": said}
    return Page("problem", "problem.html", {}, context, live=False, windowed=False)
