"""What surrounds every page: navigation, the database in use, the look."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from analyst import places
from analyst.escape import plain
from analyst.failure import tell
from analyst.writer import writers
from sqlft.errors import SqlftError

_APP = Path(__file__).resolve().parent.parent
_VIEWS = _APP / "views"


def run() -> None:
    """One run of the app for one session."""
    st.set_page_config(page_title="sqlft", page_icon=str(_APP / "mark.svg"), layout="wide")
    st.html(_APP / "look.css")
    st.logo(_APP / "logo.svg", size="large")
    writers()  # begins to load while the first page is read
    pages = [
        st.Page(_VIEWS / "ask.py", title="Ask", icon=":material/forum:", default=True),
        st.Page(_VIEWS / "data.py", title="Data", icon=":material/schema:"),
        st.Page(_VIEWS / "compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page(_VIEWS / "corrections.py", title="Corrections", icon=":material/rate_review:"),
        st.Page(_VIEWS / "quality.py", title="Quality", icon=":material/monitoring:"),
    ]
    page = st.navigation(pages)
    page.run()


def chosen_place(title: str) -> places.Place | None:
    """The database in use, its chooser in the sidebar, and the page's title.

    None where the database cannot be opened; then it says why.

    Args:
        title: the page's title; the database's name stands where ``{}`` does.
    """
    asked = st.query_params.get("db")
    if asked and asked != st.session_state.get("linked"):
        st.session_state["linked"] = asked
        st.session_state["place"] = asked
    if "place" not in st.session_state:
        st.session_state["place"] = places.given_key()
    keys = places.known_keys()
    if st.session_state["place"] not in keys:
        keys.insert(0, st.session_state["place"])
    chosen = st.sidebar.selectbox(
        "Database",
        keys,
        index=keys.index(st.session_state["place"]),
        format_func=places.label_of,
        icon=":material/database:",
        help="Upload a file or connect a server on the Data page",
    )
    if chosen != st.session_state["place"]:
        use(chosen)
        st.rerun()
    st.title(title.format(plain(places.label_of(chosen))), anchor=False)
    try:
        return places.place_of(chosen)
    except SqlftError as error:
        tell(error)
        return None


def use(key: str) -> None:
    """Makes a database the one in use."""
    st.session_state["place"] = st.session_state["linked"] = key
    st.session_state.pop("current", None)
    st.query_params.from_dict({"db": key})
