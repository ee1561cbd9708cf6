"""The compare page."""

import streamlit as st


def show() -> None:
    st.title("compare")
