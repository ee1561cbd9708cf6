"""The data page."""

import streamlit as st


def show() -> None:
    st.title("data")
