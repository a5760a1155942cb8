"""How a report looks: one style sheet, for light and dark, narrow and wide, and paper."""

from __future__ import annotations

__all__ = ["STYLE"]

STYLE = """
:root {
  color-scheme: light dark;
  --ink: #1c2024; --soft: #525a63; --paper: #fff; --card: #f4f6f8; --thin: #d5dae0;
  --main: #1f6feb; --again: #b45309; --good: #1a7f37; --bad: #cf222e; --idle: #6e7781; --good-card: #e6f4ea;
  --bad-card: #fdeaea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8eaed; --soft: #aab2bb; --paper: #14171a; --card: #1e2328; --thin: #343b42;
    --main: #6ea8fe; --again: #f0a34a; --good: #57c278; --bad: #ff7b72; --idle: #8b949e; --good-card: #16301e;
    --bad-card: #43191b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0.5rem 0 0; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 0.25rem; }
p { margin: 0 0 0.75rem; }
.soft, section > p { color: var(--soft); }
.verdict { padding: 0.75rem 1rem; margin: 1.25rem 0; border-left: 0.3rem solid; border-radius: 0.25rem; }
.verdict.good { background: var(--good-card); border-color: var(--good); }
.verdict.bad { background: var(--bad-card); border-color: var(--bad); }
.verdict p { margin: 0; font-weight: 600; }
.verdict ul { margin: 0.25rem 0 0; padding-left: 1.1rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.5rem; margin: 1rem 0; }
dl div { display: flex; flex-direction: column-reverse; padding: 0.6rem 0.75rem; background: var(--card);
  border-radius: 0.375rem; }
dt { color: var(--soft); font-size: 0.875rem; line-height: 1.3; margin-top: auto; }
dd { margin: 0; font-size: 1.35rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
svg { display: block; width: 100%; }
.chart { height: 10rem; border-bottom: 1px solid var(--idle); }
.spark { height: 1.5rem; min-width: 6rem; }
.bar { height: 0.6rem; min-width: 3rem; }
.track { height: 1rem; margin: 0.35rem 0; }
.feed, .bar rect { fill: var(--main); }
.again { fill: var(--again); }
.line { fill: var(--thin); }
.lost { fill: var(--bad); }
.recovery { fill: var(--good); }
.axis { display: flex; justify-content: space-between; gap: 1rem; color: var(--soft); font-size: 0.8125rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1.25rem; font-size: 0.875rem; margin: 0.25rem 0; padding: 0;
  list-style: none; }
.legend li::before { content: ""; display: inline-block; width: 0.75rem; height: 0.75rem; margin-right: 0.4rem;
  border-radius: 0.125rem; background: var(--of); }
details { margin: 0.5rem 0; }
summary { cursor: pointer; padding: 0.35rem 0; color: var(--main); width: fit-content; }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums;
  overflow-wrap: break-word; }
th, td { padding: 0.35rem 0.75rem 0.35rem 0; text-align: left; border-bottom: 1px solid var(--thin); }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 400; }
td:last-child, th:last-child { padding-right: 0; }
.count { text-align: right; white-space: nowrap; }
@media (min-width: 40rem) { .wide { width: 45%; } .scroll .wide { width: auto; } }
.scroll .name { min-width: 7rem; }
.gaps { list-style: none; padding: 0; margin: 0.75rem 0 0; }
.gaps li { padding: 0.75rem 0; border-bottom: 1px solid var(--thin); }
.gaps p { margin: 0; }
.badge { display: inline-block; padding: 0 0.5rem; margin-right: 0.5rem; border: 1px solid; border-radius: 1rem;
  font-size: 0.8125rem; font-weight: 600; }
.badge.closed { color: var(--good); } .badge.open, .badge.backfilled { color: var(--again); }
.badge.unresolved { color: var(--bad); }
footer { margin: 2.5rem 0 1rem; color: var(--soft); font-size: 0.875rem; }
@media print {
  body { max-width: none; padding: 0; }
  section, .gaps li { break-inside: avoid; }
}
"""
