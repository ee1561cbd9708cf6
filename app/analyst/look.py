"""The look: what Streamlit's theme cannot say, in a few rules for both themes."""

from __future__ import annotations

CSS = """
[data-testid="stMainBlockContainer"] {
  max-width: 68rem; padding-top: 3.2rem; padding-bottom: 5rem; }
[data-testid="stSidebarUserContent"] { padding-top: 0.25rem; }
.sq-eyebrow { font-size: 0.8rem; letter-spacing: 0.04em; opacity: 0.85; margin: 0; }
.sq-question { font-size: 1.45rem; font-weight: 650; line-height: 1.3; margin: 0.1rem 0 0; }
.sq-figure { font-size: 2.7rem; font-weight: 680; line-height: 1.15; margin: 0;
  font-variant-numeric: tabular-nums; letter-spacing: -0.015em; overflow-wrap: anywhere; }
.sq-sentence { font-size: 1.05rem; line-height: 1.5; margin: 0; overflow-wrap: anywhere; }
.sq-stages, .sq-steps, .sq-facts { list-style: none !important; margin: 0 !important;
  padding: 0 !important; }
.sq-stages li, .sq-steps li, .sq-facts li { margin: 0 !important; font-size: inherit !important; }
.sq-stages li { display: flex; justify-content: space-between; gap: 1rem; padding: 0.28rem 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 12%, transparent);
  font-variant-numeric: tabular-nums; }
.sq-stages li:last-child { border-bottom: 0; font-weight: 600; }
.sq-steps { line-height: 1.5; }
.sq-steps li { padding: 0.12rem 0 0.12rem calc(1rem + var(--depth, 0) * 1.1rem) !important; position: relative; overflow-wrap: anywhere; }
.sq-steps li::before { content: ""; position: absolute; left: calc(var(--depth, 0) * 1.1rem); top: 0.72em; width: 0.36rem;
  height: 0.36rem; border-radius: 50%; background: currentColor; opacity: 0.45; }
.sq-facts { display: flex; flex-wrap: wrap; gap: 0.35rem 1.1rem; font-size: 0.86rem; opacity: 0.92; font-variant-numeric: tabular-nums; }
.sq-facts b { font-weight: 600; }
[data-testid="stSidebarUserContent"] [data-testid="stBaseButton-tertiary"] {
  justify-content: flex-start; text-align: left; padding: 0.1rem 0; min-height: 1.8rem; }
[data-testid="stSidebarUserContent"] [data-testid="stBaseButton-tertiary"] * {
  text-align: left; justify-content: flex-start; }
[data-testid="stSidebarUserContent"] [data-testid="stBaseButton-tertiary"] > div { width: 100%; }
[data-testid="stSidebarUserContent"] [data-testid="stVerticalBlock"] { gap: 0.6rem; }
.sq-ok::before { content: "✓ "; font-weight: 700; }
.sq-warn::before { content: "! "; font-weight: 700; }
"""


def stages_html(rows: list[tuple[str, float]]) -> str:
    """A list of stages with their seconds."""
    items = "".join(f"<li><span>{name}</span><span>{s:.1f} s</span></li>" for name, s in rows)
    return f'<ul class="sq-stages">{items}</ul>'
