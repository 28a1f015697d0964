"""Render the corpus's Markdown sources as PDF, DOCX and ODT reports with their sidecars.

    python corpus/_sources/render.py                    every source, into corpus/<folder>/
    python corpus/_sources/render.py SOURCE.md OUT.pdf  one file (also .docx, .odt, .html, .txt)

A source is Markdown with YAML front matter; `format` names what it becomes and every other key
goes to the sidecar. `<!-- page -->` starts a new page. The same source always gives the same
bytes, so a rendered file changes only when its source or this script does.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import yaml
from rendering.document import Document, parse
from rendering.docx import docx
from rendering.odt import odt
from rendering.pdf import pdf
from rendering.plain import plain
from rendering.web import html_page

SOURCES = Path(__file__).resolve().parent
RENDERERS: dict[str, Callable[[Document], bytes]] = {
    "pdf": pdf,
    "docx": docx,
    "odt": odt,
    "html": html_page,
    "txt": plain,
}


def render(source: Path, target: Path) -> None:
    """Render one source in the format that the target's suffix names."""
    document = parse(source.read_text(encoding="utf-8"))
    target.write_bytes(RENDERERS[target.suffix.removeprefix(".")](document))


def render_corpus(sources: Path) -> list[Path]:
    """Render every source below the folder beside it in the corpus; return what was written."""
    return [_render_report(source, sources.parent) for source in sorted(sources.glob("*/*.md"))]


def _render_report(source: Path, corpus: Path) -> Path:
    document = parse(source.read_text(encoding="utf-8"))
    metadata = dict(document.metadata)
    kind = metadata.pop("format")
    target = corpus / source.parent.name / f"{metadata['id']}.{kind}"
    target.write_bytes(RENDERERS[kind](document))
    sidecar = yaml.safe_dump(metadata, allow_unicode=True, sort_keys=False, width=100)
    target.with_name(f"{target.name}.yaml").write_text(sidecar, encoding="utf-8")
    return target


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status is 0 unless a source cannot be rendered."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("source", nargs="?", type=Path)
    parser.add_argument("target", nargs="?", type=Path)
    options = parser.parse_args(arguments)
    if options.source is None:
        for path in render_corpus(SOURCES):
            print(path.relative_to(SOURCES.parent))
    elif options.target is None:
        parser.error("name the file to write after the source")
    else:
        render(options.source, options.target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
