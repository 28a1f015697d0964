"""A module imports only from the layers above it; each library is imported in one place."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# From the top: a module may import from rows above its own, and from its own package.
LAYERS = (
    {"errors", "text", "fields", "durable"},
    {"yamlfile"},
    {"terms"},
    {"everyday"},
    {"models", "syntax", "vocabulary", "config", "generations", "staging"},
    {"compiled", "query", "thesaurus", "findings", "registries", "holdings", "standalone"},
    {"meaning"},
    {"matched"},
    {"readers", "identity"},
    {"metadata", "passages", "permalinks", "snippets", "sources", "citations", "gapmap"},
    {"repair", "instead", "criteria"},
    {"shortlinks"},
    {"editorial", "classify"},
    {"answers"},
    {"export", "newsletter", "digests"},
    {"corpus"},
    {"prepare"},
    {"engines"},
    {"asking", "beside", "completions", "concepts", "lexicon", "relaxing"},
    {"spelling", "similar"},
    {"build"},
    {"opening"},
    {"catalogue", "verify", "harvest"},
    {"evaluate", "agreement", "baseline", "links", "adding", "watching"},
    {"cli"},
    {"__init__", "__main__"},
)

# Each of these is imported by exactly one file, or by one package.
ONE_IMPORTER = {
    "whoosh": {"indexer/engines/whoosh.py"},
    "opensearchpy": {"indexer/engines/opensearch/cluster.py"},
    "yaml": {"indexer/yamlfile.py"},
    "click": {"indexer/cli/"},
    "rich": {"indexer/cli/"},
    "rapidfuzz": {"indexer/lexicon.py"},
    "Stemmer": {"indexer/text.py"},
    "markdown": {"indexer/readers/markdown.py"},
    "bs4": {"indexer/readers/html.py"},
    "pypdfium2": {"indexer/readers/pdf.py"},
    "pytesseract": {"indexer/readers/ocr.py"},
    "docx": {"indexer/readers/docx.py"},
    "openpyxl": {"indexer/export.py"},
    "odfdo": {"indexer/readers/odt.py"},
    "charset_normalizer": {"indexer/readers/encoding.py"},
    "httpx": {"indexer/harvest/network.py", "indexer/harvest/visitor.py"},
    "httpcore": {"indexer/harvest/network.py"},
    "ir_measures": {"indexer/evaluate.py"},
    "matplotlib": {"webapp/pictures.py"},
    "watchfiles": {"indexer/watching.py"},
    "waitress": {"webapp/serve.py"},
    "flask_babel": {"webapp/i18n.py"},
    "segno": {"webapp/qrcodes.py"},
}


def _modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def _imports(path: Path) -> Iterator[str]:
    """The dotted names that a file imports, submodules taken by `from package import` included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _part(path: Path) -> str:
    """The row entry that a file of `indexer` belongs to: its package or its own name."""
    return path.relative_to(ROOT / "indexer").parts[0].removesuffix(".py")


def _row(part: str) -> int:
    return next(number for number, row in enumerate(LAYERS) if part in row)


def test_every_module_has_a_layer() -> None:
    parts = {_part(path) for path in _modules("indexer")}
    assert parts == set().union(*LAYERS)


@pytest.mark.parametrize("path", _modules("indexer"), ids=str)
def test_a_module_imports_only_from_layers_above(path: Path) -> None:
    own = _part(path)
    names = {name.split(".")[1] for name in _imports(path) if name.startswith("indexer.")}
    known = set().union(*LAYERS)
    for name in names & known - {own}:
        assert _row(name) < _row(own), f"{path} imports {name}, which is not above it"


@pytest.mark.parametrize("path", _modules("indexer"), ids=str)
def test_the_library_knows_nothing_of_the_web(path: Path) -> None:
    roots = {name.split(".")[0] for name in _imports(path)}
    assert not roots & {"flask", "flask_babel", "jinja2", "werkzeug", "webapp"}


@pytest.mark.parametrize("path", _modules("webapp"), ids=str)
def test_the_site_never_reaches_past_the_catalogue(path: Path) -> None:
    reached = {name for name in _imports(path) if name.startswith("indexer.engines")}
    assert not reached


def _place(path: Path) -> str:
    """A file's path, or the folder that is one place for what it imports."""
    name = path.relative_to(ROOT).as_posix()
    folders = (place for places in ONE_IMPORTER.values() for place in places if place[-1] == "/")
    return next((folder for folder in folders if name.startswith(folder)), name)


def test_each_third_party_library_is_imported_in_one_place() -> None:
    importers: dict[str, set[str]] = defaultdict(set)
    for path in (*_modules("indexer"), *_modules("webapp")):
        for name in _imports(path):
            importers[name.split(".")[0]].add(_place(path))
    found = {name: importers[name] for name in ONE_IMPORTER}
    assert found == ONE_IMPORTER
