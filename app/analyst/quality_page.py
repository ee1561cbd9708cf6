"""The quality page."""

import streamlit as st


def show() -> None:
    st.title("quality")
