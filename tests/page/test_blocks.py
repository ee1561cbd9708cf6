"""The richer blocks of pages: whatever they hold is text, and what they draw is what they say."""

from html.parser import HTMLParser

import pytest

from sqlft.page import (
    Badge,
    Beside,
    Choice,
    Code,
    Difference,
    Dot,
    Figure,
    Fold,
    Grid,
    Marked,
    Section,
    Span,
    Tinted,
    Verdict,
    dots,
    page,
    stacks,
)

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\" onload='x' & </svg></style>"


class Tags(HTMLParser):
    """The tags and attribute names that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.names: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names += [name for name, _ in attrs]


def full_page(text: str) -> str:
    cells = (
        Span(share=0.4, low=0.3, high=0.5, shown=text, tone="good"),
        Difference(value=0.1, low=-0.1, high=0.3, shown=text),
        Tinted(share=0.7, shown=text),
        Tinted(share=None, shown=text),
        Marked(text=text),
        Badge(text=text),
    )
    grid = Grid(columns=(*[text] * 5, Marked(text=text)), rows=[cells], caption=text)
    dot = Dot(label=text, series=text, value=0.5, low=0.4, high=0.6)
    figures = (
        Figure(svg=dots([dot], unit=text, bounded=(0, 1)), caption=text),
        Figure(svg=stacks({text: {text: 2}}, colours={text: "#888"}, unit=text), caption=text),
    )
    fold = Fold(
        title=text,
        badges=(Badge(text=text, tone="bad"),),
        groups=("m0",),
        blocks=(text, Code(text=text, title=text), Beside(columns=([grid], [text]))),
    )
    choice = Choice(name="show", groups=(("all", text), ("m0", text)))
    section = Section(heading=text, figures=figures, blocks=(choice, fold, grid))
    return page(text, [section], verdict=Verdict(said=text, because=(text,), tone="open"))


def test_no_text_in_any_block_becomes_a_tag_or_an_attribute() -> None:
    seen, harmless = Tags(full_page(HOSTILE)), Tags(full_page("plain"))
    assert seen.tags == harmless.tags
    assert set(seen.names) == set(harmless.names)
    assert not [name for name in seen.names if name.startswith("on")]
    assert not {"script", "link", "img", "iframe", "image", "use"} & set(seen.tags)


def test_a_span_stands_where_its_share_is_and_never_leaves_its_cell() -> None:
    html = page("t", [Section(heading="h", grids=(Grid(columns=("a",), rows=[
        (Span(share=0.25, low=0.125, high=0.5, shown="25 %"),),
        (Span(share=2.0, low=-1.0, high=9.0, shown="odd"),),
    ]),))])  # fmt: skip
    assert 'style="left:12.5%;width:37.5%"' in html and 'style="left:25%"' in html
    assert 'style="left:0%;width:100%"' in html and 'style="left:100%"' in html


@pytest.mark.parametrize(
    ("low", "high", "tone"),
    [(0.1, 0.3, "good"), (-0.3, -0.1, "bad"), (-0.1, 0.1, "open"), (0.0, 0.2, "open")],
)
def test_a_difference_is_good_or_bad_only_where_its_bounds_leave_zero_out(low, high, tone) -> None:
    assert Difference(value=(low + high) / 2, low=low, high=high, shown="").tone == tone


def test_folds_are_hidden_by_the_choice_of_another_group_and_by_nothing_else() -> None:
    html = full_page("plain")
    assert "section:has(#show-m0:checked) > details:not(.m0) { display: none; }" in html
    assert "#show-all:checked" not in html
    assert 'id="show-all" checked' in html and '<details class="m0">' in html


def test_pages_can_be_read_in_the_dark() -> None:
    html = full_page("plain")
    assert "prefers-color-scheme: dark" in html
    drawn = dots(
        [Dot(label="a", series="b", value=0.5, low=0.4, high=0.6)], unit="u", bounded=(0, 1)
    )
    assert "currentColor" in drawn and "#000" not in drawn


def test_dots_stand_in_the_given_order() -> None:
    found = [
        Dot(label=label, series=series, value=0.5, low=0.4, high=0.6)
        for label in ("zebra", "ant")
        for series in ("worst", "best")
    ]
    drawn = str(dots(found, unit="u", bounded=(0, 1)))
    assert drawn.index(">zebra<") < drawn.index(">ant<")
    assert drawn.index(">worst<") < drawn.index(">best<")
