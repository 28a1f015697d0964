"""A page that can be kept and sent: no script, no request to any other file."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Final

_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1d1d1b;--paper:#fbfaf6;--line:#d8d4c8;--green:#14532d;
--soft:#5d5a52;--good:#2f7d4f;--warn:#b45309;--bad:#9f1239;--other:#64748b}
@media(prefers-color-scheme:dark){:root{--ink:#ece9e0;--paper:#191917;--line:#44423c;
--green:#86d3a4;--soft:#a8a498;--good:#5fb583;--warn:#f0a04b;--bad:#f2738c;--other:#94a3b8}}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2.5rem auto;padding:0 1rem;
color:var(--ink);background:var(--paper)}
h1{font-size:28px;line-height:1.25}h2{font-size:22px;line-height:1.25;margin-top:40px}
a{color:var(--green)}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:8px 12px 8px 0;border-bottom:1px solid var(--line);
overflow-wrap:anywhere}th,.whole{white-space:nowrap}td:first-child{font-weight:bold;min-width:9rem}
@media(max-width:40rem){thead{position:absolute;left:-99rem}tr,td{display:block}td{border:0;
padding:4px 0}tr{border-bottom:1px solid var(--line);padding:8px 0}}
"""


def page(lang: str, title: str, parts: Iterable[str], style: str = "") -> str:
    """The page in a language; the parts are HTML, and its own style follows the common one."""
    named = escaped(title)
    head = (
        f'<!doctype html>\n<html lang="{lang}-CA">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{named}</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}{style}</style>\n</head>\n<body>\n<main>\n<h1>{named}</h1>"
    )
    return "\n".join([head, *parts, "</main>\n</body>\n</html>\n"])


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table with a head; the heads are text, the cells HTML."""
    head = "".join(f'<th scope="col">{escaped(name)}</th>' for name in heads)
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def escaped(text: str) -> str:
    """A text as HTML."""
    return html.escape(text)
