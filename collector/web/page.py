"""A page: its template, its fragments that live updates swap by id, and what they are rendered from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from collector.web import glyphs
from collector.web.view import View, percent

NAV = (
    ("overview", "/"),
    ("equipment", "/equipment"),
    ("energy", "/energy"),
    ("evidence", "/evidence"),
    ("assessment", "/assessment"),
    ("connections", "/connections"),
    ("report", "/report"),
)
"""Page key and path, in the order of the bar."""

ASSETS = ("tokens.css", "pages.css", "pages.js", "logo.svg")


@dataclass(frozen=True, slots=True)
class Page:
    """key: its place in the bar · fragments: id to template · context: what all of them see.

    live: whether its fragments are swapped as figures change · windowed: whether it has the window picker.
    """

    key: str
    template: str
    fragments: Mapping[str, str]
    context: Mapping[str, Any] = field(default_factory=dict)
    live: bool = True
    windowed: bool = True


@cache
def environment() -> Environment:
    """The templates: everything escaped, an unknown name is an error."""
    made = Environment(
        loader=PackageLoader("collector.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["cap"] = capital
    return made


def capital(text: str) -> str:
    """A term where a heading stands: its first letter as a capital; Chinese has none."""
    return text[:1].upper() + text[1:]


@cache
def asset_text(name: str) -> str:
    """A static file's text."""
    return files("collector.web").joinpath("static", name).read_text(encoding="utf-8")


@cache
def asset_url(name: str) -> str:
    """A static file's address; it changes with the content, so that browsers may keep it."""
    digest = hashlib.sha256(asset_text(name).encode()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def common(view: View, page: Page) -> dict[str, Any]:
    """What every template sees."""
    return {
        "t": view.words,
        "view": view,
        "page": page,
        "glyphs": glyphs,
        "percent": percent,
        "nav": NAV,
        "asset_url": asset_url,
        **page.context,
    }


def mark_of(html: str) -> str:
    """A short mark of a fragment: a browser leaves alone what it shows already."""
    return hashlib.sha256(html.encode()).hexdigest()[:12]


def render_with(view: View, page: Page, extra: Mapping[str, Any]) -> str:
    """The whole page; the template places its fragments by `live("id")`."""
    values = common(view, page)

    def live(name: str) -> Markup:
        inner = environment().get_template(page.fragments[name]).render(values)
        frame = Markup('<div class="live-{0}" id="{0}" data-live="{1}">{2}</div>')
        return frame.format(name, mark_of(inner), Markup(inner))

    return environment().get_template(page.template).render(values, live=live, **extra)
