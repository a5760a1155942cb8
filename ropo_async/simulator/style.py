"""How the page looks: one style sheet, for light and dark, wide and narrow screens."""

from __future__ import annotations

from typing import Final

__all__ = ["STYLE"]

STYLE: Final = """
:root {
  color-scheme: light dark;
  --ink: #1c2024; --soft: #525a63; --paper: #fff; --card: #f4f6f8; --line: #8a939c; --thin: #d5dae0;
  --link: #0b57d0; --good: #e3f4e6; --bad: #fde7e7;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8eaed; --soft: #aab2bb; --paper: #14171a; --card: #1e2328; --line: #7d8791; --thin: #343b42;
    --link: #8ab4f8; --good: #17371f; --bad: #4a1d1d;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 78rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 0.25rem; }
h3 { font-size: 1rem; margin: 0; }
section p { margin: 0 0 0.5rem; color: var(--soft); }
a { color: var(--link); }
nav { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
nav a { padding: 0.25rem 0; }
td a { display: inline-block; min-width: 1.5rem; min-height: 1.5rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.error, .done { padding: 0.6rem 0.9rem; border-left: 0.3rem solid var(--line); overflow-wrap: anywhere; }
.error { background: var(--bad); }
.done { background: var(--good); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.5rem; margin: 1rem 0; }
dl div { display: flex; flex-direction: column-reverse; padding: 0.5rem 0.75rem; background: var(--card); }
dt { color: var(--soft); font-size: 0.875rem; line-height: 1.3; margin-top: auto; }
dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
.forms { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); gap: 0.75rem; }
form { display: flex; flex-direction: column; gap: 0.6rem; padding: 0.9rem; background: var(--card); }
label { display: block; font-size: 0.9rem; }
small { color: var(--soft); }
input, select, button {
  width: 100%; min-height: 2.5rem; padding: 0.3rem 0.6rem; font: inherit; color: inherit;
  background: var(--paper); border: 1px solid var(--line); border-radius: 0.25rem;
}
button { margin-top: auto; font-weight: 600; cursor: pointer; }
button:hover { border-color: var(--link); color: var(--link); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; min-width: 100%; }
th, td {
  padding: 0.3rem 0.75rem 0.3rem 0; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--thin);
}
th { color: var(--soft); font-weight: 600; }
td { unicode-bidi: isolate; }
"""
