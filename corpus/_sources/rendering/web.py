"""A document as a web page, as an agency would publish it."""

from __future__ import annotations

import html

from rendering.document import (
    Block,
    Document,
    Heading,
    List,
    PageBreak,
    Paragraph,
    Run,
    Runs,
    Table,
)


def html_page(document: Document) -> bytes:
    """A web page as an agency would publish it: navigation around, meta tags above."""
    metadata = [("DC.title", document.title), *(("DC.creator", name) for name in document.authors)]
    metadata += [
        (f"DC.{name}", str(document.metadata[key]))
        for name, key in (("date", "date"), ("publisher", "publisher"), ("description", "summary"))
        if key in document.metadata
    ]
    tags = "".join(
        f'<meta name="{name}" content="{html.escape(value)}">\n' for name, value in metadata
    )
    title = html.escape(document.title)
    body = "\n".join(_html_block(block) for block in document.blocks)
    return f"""<!DOCTYPE html>
<html lang="{document.lang}">
<head>
<meta charset="utf-8">
<title>{title}</title>
{tags}</head>
<body>
<header><a href="/">Home</a> <a href="/library">Library</a></header>
<nav><ul><li><a href="/about">About us</a></li><li><a href="/contact">Contact</a></li></ul></nav>
<main>
<h1>{title}</h1>
{body}
</main>
<footer><p>Terms and conditions</p></footer>
</body>
</html>
""".encode()


def _html_block(block: Block) -> str:
    match block:
        case Heading(level, runs):
            return f"<h{level}>{_html_runs(runs)}</h{level}>"
        case Paragraph(runs):
            return f"<p>{_html_runs(runs)}</p>"
        case List():
            return _html_list(block)
        case Table(rows):
            cells = ("".join(f"<td>{_html_runs(cell)}</td>" for cell in row) for row in rows)
            return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
        case PageBreak():
            return ""


def _html_runs(runs: Runs) -> str:
    return "".join(_html_run(run) for run in runs)


def _html_run(run: Run) -> str:
    text = html.escape(run.text)
    text = f"<strong>{text}</strong>" if run.bold else text
    text = f"<em>{text}</em>" if run.italic else text
    return f'<a href="{html.escape(run.link)}">{text}</a>' if run.link else text


def _html_list(block: List) -> str:
    items = "".join(
        f"<li>{_html_runs(item.runs)}{''.join(map(_html_list, item.lists))}</li>"
        for item in block.items
    )
    return f"<ol>{items}</ol>" if block.ordered else f"<ul>{items}</ul>"
