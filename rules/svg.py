"""Shapes of inline SVG: everything escaped, every picture told to those who cannot see it."""

from collections.abc import Iterable

from markupsafe import Markup

from rules.display import visible

WIDTH = 1040
"""Of a picture, in units of its own."""


def picture(  # what a picture is
    name: str, height: float, title: str, description: str, parts: Iterable[Markup], width: float = WIDTH
) -> Markup:
    """A picture with its title and, in words, what it shows."""
    head = Markup(
        '<svg class="picture" viewBox="0 0 {w} {h}" role="img" aria-labelledby="{n}-t {n}-d">'
        '<title id="{n}-t">{title}</title><desc id="{n}-d">{desc}</desc>{body}</svg>'
    )
    return head.format(w=_n(width), h=_n(height), n=name, title=title, desc=description, body=Markup("").join(parts))


def rect(x: float, y: float, width: float, height: float, style: str) -> Markup:
    """A rectangle; `style` is a class of the style sheet."""
    shape = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>')
    return shape.format(style, _n(x), _n(y), _n(max(0, width)), _n(max(0, height)))


def line(x1: float, y1: float, x2: float, y2: float, style: str = "grid") -> Markup:
    """A line."""
    shape = Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>')
    return shape.format(style, _n(x1), _n(y1), _n(x2), _n(y2))


def text(x: float, y: float, words: str, style: str, anchor: str = "start") -> Markup:
    """A text on one line."""
    shape = Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>')
    return shape.format(style, _n(x), _n(y), anchor, visible(words))


def grouped(title: str, *parts: Markup) -> Markup:
    """Shapes that say something when they are pointed at."""
    return Markup("<g><title>{}</title>{}</g>").format(visible(title), Markup("").join(parts))


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
