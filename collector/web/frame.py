"""The frame around every page: where am I, over which window, how sure, how fresh."""

from typing import Any

from markupsafe import Markup

from collector.web.figures import seconds
from collector.web.page import Page, common, environment, mark_of, render_with
from collector.web.view import View

CONTEXT = "context"


def context_html(view: View, page: Page) -> str:
    """The live part of the context bar."""
    values = common(view, page) | {"is_provisional": is_provisional(view), "live_text": live_text(view)}
    values["now_text"] = f"{view.local(view.now):%H:%M:%S}"
    return environment().get_template("context.html").render(values)


def is_provisional(view: View) -> bool:
    """Whether any figure of the window may still move (D7)."""
    return any(record["provisional"] for record in view.records.values())


def live_text(view: View) -> str:
    """How old the newest sample is, in plant time."""
    end = view.knowing.history.end
    if end is None:
        return view.words("live.nothing")
    age = max(view.now - end, 0)
    return view.words("live.age", age=seconds(age))


def fragments_html(view: View, page: Page) -> dict[str, str]:
    """Every live fragment of a page by id, the context bar's included."""
    values = common(view, page)
    found = {
        name: environment().get_template(template).render(values) for name, template in page.fragments.items()
    }
    return found | {CONTEXT: context_html(view, page)}


def render_page(view: View, page: Page, other_lang_href: str) -> str:
    """The whole page."""
    context = context_html(view, page)
    frame = Markup('<div id="context" class="live-context" data-live="{}">{}</div>')
    extra: dict[str, Any] = {
        "other_lang_href": other_lang_href,
        "live_context": frame.format(mark_of(context), Markup(context)),
    }
    return render_with(view, page, extra)
