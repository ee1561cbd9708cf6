"""How another database comes in: a bundled one, an upload, a server."""

from __future__ import annotations

import re

import streamlit as st

from analyst import places
from analyst.escape import plain
from analyst.failure import tell
from analyst.frame import use
from analyst.places import Place
from analyst.uploading import SUFFIXES, Uploaded, make_database
from analyst.uploads import remove_upload
from sqlft.database import locate
from sqlft.errors import InputError, SqlftError
from sqlft.schema import bundled_names, read_schema


def show_add_data(place: Place | None) -> None:
    """The three ways in."""
    _upload()
    _server()
    _bundled()
    if place is not None and place.origin == "upload":
        st.button(
            f"Delete the upload {plain(place.label)}",
            icon=":material/delete:",
            on_click=_remove,
            args=(place.key,),
        )


def _upload() -> None:
    with st.form("upload", border=True, clear_on_submit=True):
        st.header("Upload files", anchor=False)
        st.markdown(
            "CSV, Parquet, Excel and JSON files become tables of one private database; a SQLite or "
            "DuckDB file is taken whole. It stays on this machine, and is only read."
        )
        files = st.file_uploader(
            "Files",
            type=sorted(SUFFIXES),
            accept_multiple_files=True,
            key="upload-files",
        )
        sent = st.form_submit_button("Make a database", type="primary", icon=":material/upload:")
    if not sent:
        return
    try:
        with st.spinner("Reading the files"):
            uploaded = [Uploaded(name=f.name, content=f.getvalue()) for f in files or ()]
            made = make_database(uploaded)
    except SqlftError as error:
        tell(error)
        return
    st.session_state.setdefault("uploads", []).insert(0, made.token)
    tables = ", ".join(f"{table.name} ({table.rows:,} rows)" for table in made.tables[:6])
    st.session_state["notes-saved"] = f"Uploaded: {tables}"
    use(f"upload~{made.token}")
    st.rerun()


def _server() -> None:
    with st.form("server", border=True, clear_on_submit=True):
        st.header("Connect a server", anchor=False)
        st.markdown(
            "A SQLAlchemy URL, such as `postgresql+psycopg://ann:secret@db:5432/shop`. It is kept "
            "in this session's memory alone; you then choose the tables to copy and ask. To offer "
            "one to everybody, start the app with `SQLFT_DATABASE_SHOP=postgresql+psycopg://...` "
            "in its environment."
        )
        url = st.text_input("URL", type="password", key="server-url", autocomplete="off")
        sent = st.form_submit_button("Connect", icon=":material/link:")
    if not sent:
        return
    try:
        with st.spinner("Connecting"):
            key = _connected((url or "").strip())
    except SqlftError as error:
        tell(error)
        return
    use(key)
    st.rerun()


def _connected(url: str) -> str:
    """The key of a server that could be read.

    Raises:
        InputError: no server's URL, or it cannot be reached or read.
    """
    if "://" not in url or url.casefold().startswith(("sqlite", "duckdb")):
        raise InputError(
            "this is not the URL of a server", hint="a file of yours can be uploaded above"
        )
    database = locate(url)
    read_schema(database, samples_per_column=0)
    urls = places.typed_urls()
    stem = re.sub(r"\W+", "-", database.name)[:40] or "server"
    number, name = 1, stem
    while name in urls and urls[name] != url:
        number += 1
        name = f"{stem}-{number}"
    urls[name] = url
    return f"typed~{name}"


def _bundled() -> None:
    with st.container(border=True, key="bundled"):
        st.header("Or take a bundled one", anchor=False)
        with st.container(horizontal=True, gap="small"):
            for name in bundled_names():
                st.button(name, key=f"bundled-{name}", on_click=use, args=(name,))


def _remove(key: str) -> None:
    token = key.partition("~")[2]
    remove_upload(token)
    st.session_state["uploads"] = [t for t in st.session_state.get("uploads", ()) if t != token]
    use(places.given_key())
