"""Pages show whatever they are given as text, and need nothing but themselves."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlft.errors import InputError
from sqlft.page import Bar, Figure, Grid, Section, bars, histogram, page, write_page
from sqlft.page.plot import counted

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\" onload='x' & </svg>"


class Tags(HTMLParser):
    """The tags and attributes that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def tags_of(html: str) -> Tags:
    seen = Tags()
    seen.feed(html)
    return seen


def full_page(text: str) -> str:
    figure = Figure(svg=bars([Bar(label=text, value=3, low=2, high=4)], unit=text), caption=text)
    grid = Grid(columns=(text, "n"), rows=[(text, 12345), (None, 0.25)])
    section = Section(heading=text, text=(text,), grids=(grid,), figures=(figure,))
    return page(text, [section])


def test_no_text_becomes_a_tag_or_an_attribute() -> None:
    seen, harmless = tags_of(full_page(HOSTILE)), tags_of(full_page("plain"))
    assert seen.tags == harmless.tags
    assert {name for name, _ in seen.attributes} == {name for name, _ in harmless.attributes}
    assert not [name for name, _ in seen.attributes if name.startswith("on")]


def test_a_page_loads_nothing() -> None:
    seen = tags_of(full_page("plain"))
    assert not {"script", "link", "img", "iframe", "image", "use"} & set(seen.tags)
    assert not {"src", "href", "xlink:href"} & {name for name, _ in seen.attributes}
    assert "default-src 'none'" in full_page("plain")


def test_numbers_are_grouped_and_stand_to_the_right() -> None:
    assert '<td class="number">12,345</td>' in full_page("plain")


def test_bars_stand_in_the_given_order() -> None:
    drawn = bars([Bar(label=label, value=1) for label in ("zebra", "ant", "mole")], unit="n")
    assert re.findall(r">(zebra|ant|mole)<", drawn) == ["zebra", "ant", "mole"]


@given(
    st.lists(st.floats(-1e9, 1e9) | st.integers(0, 40), min_size=1, max_size=60),
    st.integers(1, 30),
)
def test_a_histogram_counts_every_value_in_its_range(values: list[float], bins: int) -> None:
    edges, counts = counted(values, bins)
    assert sum(counts) == len(values)
    assert len(edges) == len(counts) + 1 <= bins + 3
    assert edges[0] <= min(values) and max(values) <= edges[-1]


def test_a_histogram_of_one_value_can_be_drawn() -> None:
    assert "<svg" in histogram([7, 7, 7], unit="tokens")


def test_a_histogram_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="finite"):
        histogram([], unit="tokens")


def test_a_page_is_written_whole(tmp_path: Path) -> None:
    write_page(tmp_path / "a.html", page("Ünïcode \ud800", []))
    assert (tmp_path / "a.html").read_text(encoding="utf-8").endswith("</html>")
    assert [p.name for p in tmp_path.iterdir()] == ["a.html"]


def test_a_page_that_cannot_be_written_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot write"):
        write_page(tmp_path / "nowhere" / "a.html", "")
