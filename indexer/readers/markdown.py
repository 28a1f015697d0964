"""Markdown: YAML front matter, then a body that is read as the HTML it stands for."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import markdown

from indexer import yamlfile
from indexer.errors import MetadataError
from indexer.models import Extract
from indexer.readers import html
from indexer.readers.blocks import assemble, parsing
from indexer.readers.encoding import decode

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.M)


# Something that begins like front matter and never ends.
_UNCLOSED = re.compile(r"\A---[ \t]*\n[A-Za-z_]+:")


def read(path: Path) -> Extract:
    """What a Markdown file says; `declared` is its front matter, unless that is malformed."""
    text, warnings = decode(path, path.read_bytes())
    front, body = _split(text)
    declared: dict[str, object] = {}
    problems: tuple[str, ...] = ()
    try:
        if front is None and _UNCLOSED.match(text):
            raise MetadataError(f"{path.name}: the front matter has no closing --- line; add it")
        declared = _front_matter(path, front)
    except MetadataError as error:
        problems = (str(error),)
    with parsing(path, "Markdown file"):
        page = markdown.markdown(body, extensions=["tables", "sane_lists"])
    items = html.items(html.parse(path, page))
    extract = assemble(path, "md", items, declared=declared, paged=False, warnings=warnings)
    return replace(extract, problems=problems)


def _split(text: str) -> tuple[str | None, str]:
    """The front matter, which may be missing, and the body."""
    if match := _FRONT_MATTER.match(text):
        return match[1], text[match.end() :]
    return None, text


def _front_matter(path: Path, front: str | None) -> dict[str, object]:
    if not (front or "").strip():
        return {}
    where = f"{path.name} (front matter)"
    return yamlfile.as_mapping(yamlfile.parse(front or "", where, first_line=2), where)
