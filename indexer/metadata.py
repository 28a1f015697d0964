"""What is known of a report: sidecar > what the document declares > file properties > a guess.

Each value remembers where it came from. A value that cannot be understood is left out and told as
a MetadataError; the next weaker source then speaks, so one wrong line never loses a report.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from indexer import yamlfile
from indexer.errors import MetadataError
from indexer.identity import id_from_path
from indexer.models import Extract, Rating
from indexer.text import LANGUAGES, language, sentences, slug, without_marker
from indexer.vocabulary import Vocabulary

SUMMARY_LENGTH: Final = 400
MAX_TEXT: Final = 2_000
MAX_ITEMS: Final = 100

DECLARED_BY: Final = {"md": "front matter", "html": "meta tags"}


@dataclass(frozen=True, slots=True)
class Metadata:
    """Clean values by key, the source of each, and what had to be left out."""

    values: Mapping[str, object]
    provenance: Mapping[str, str]
    problems: tuple[MetadataError, ...]


@dataclass(frozen=True, slots=True)
class _Bad:
    """Why a value cannot be used; `kept` is what of it can."""

    reason: str
    kept: object = None


_Cleaner = Callable[[object, Vocabulary], object]


def resolve(
    path: str, extract: Extract, sidecar: Mapping[str, object], vocabulary: Vocabulary
) -> Metadata:
    """The metadata of the file at `path` (relative to the corpus)."""
    declared_by = DECLARED_BY.get(extract.format, "document")
    layers = (
        ("sidecar", sidecar),
        (declared_by, extract.declared),
        ("file properties", extract.properties),
        ("guess", _guesses(path, extract)),
    )
    problems = [MetadataError(problem) for problem in extract.problems]
    problems += [
        _problem(path, source, layer, key, problem)
        for source, layer in layers[:2]
        for key, problem in _unknown_keys(layer, strict=source == "sidecar")
    ]
    values: dict[str, object] = {}
    provenance: dict[str, str] = {}
    for source, layer in layers:
        for key, cleaner in _CLEANERS.items():
            if key in values or layer.get(key) is None:
                continue
            cleaned = cleaner(layer[key], vocabulary)
            if isinstance(cleaned, _Bad):
                # A format's own properties are often nonsense; nobody wrote them by hand.
                if source != "file properties":
                    told = f"{key}: {cleaned.reason}"
                    problems.append(_problem(path, source, layer, key, told))
                cleaned = cleaned.kept
            if cleaned is not None and cleaned != ():
                values[key] = cleaned
                provenance[key] = source
    return Metadata(values, provenance, tuple(problems))


def read_sidecar(path: Path) -> dict[str, object]:
    """What a sidecar says; nothing when there is none, MetadataError when it is malformed."""
    # A pipe of that name would be waited for without end.
    return yamlfile.load_mapping(path) if path.is_file() else {}


def _problem(
    path: str, source: str, layer: Mapping[str, object], key: str, told: str
) -> MetadataError:
    """What is wrong with a key, with its line where the source has lines."""
    line = f", line {layer.lines[key]}" if isinstance(layer, yamlfile.Located) else ""
    return MetadataError(f"{path} ({source}{line}): {told}")


def _unknown_keys(layer: Mapping[str, object], *, strict: bool) -> list[tuple[str, str]]:
    """The keys that nobody reads; unless `strict`, only those that look like typing errors."""
    problems = []
    for key in layer:
        if key in _CLEANERS:
            continue
        close = difflib.get_close_matches(key, list(_CLEANERS), n=1, cutoff=0.75)
        if close:
            problems.append((key, f"“{key}” is not a key; did you mean `{close[0]}`?"))
        elif strict:
            problems.append((key, f"“{key}” is not a key; corpus/README.md lists them."))
    return problems


def _guesses(path: str, extract: Extract) -> dict[str, object]:
    blocks = [block for section in extract.sections for block in section.blocks]
    headings = [section.heading for section in extract.sections if section.heading]
    name = PurePosixPath(path).stem.replace("-", " ").replace("_", " ").strip()
    year = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", PurePosixPath(path).stem)
    return {
        "id": id_from_path(path),
        "title": headings[0] if headings else name or path,
        "lang": language(" ".join(blocks)) or LANGUAGES[0],
        "year": int(year.group()) if year else None,
        "summary": _summary(blocks),
    }


def _summary(blocks: Sequence[str]) -> str | None:
    """The first two sentences of the first paragraph that is long enough to be one."""
    texts = map(without_marker, blocks)
    paragraph = next((text for text in texts if len(text.split()) >= 8), None)
    if paragraph is None:
        return None
    summary = " ".join(sentences(paragraph)[:2])
    if len(summary) <= SUMMARY_LENGTH:
        return summary
    return summary[:SUMMARY_LENGTH].rsplit(" ", 1)[0] + "…"


def _text(value: object, _: Vocabulary) -> object:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        line = " ".join(str(value).split())
        return line[:MAX_TEXT] if any(map(_is_visible, line)) else None
    return _Bad(f"is a {type(value).__name__} where a text should stand. It was left out.")


def _is_visible(character: str) -> bool:
    """Whether a character leaves ink: not a space, a control or a mark of direction."""
    return unicodedata.category(character)[0] not in "ZC"


def _list_of(clean: _Cleaner) -> _Cleaner:
    """One value or several, each cleaned by itself: the good ones stay when another is bad."""

    def clean_all(value: object, vocabulary: Vocabulary) -> object:
        items = value if isinstance(value, (list, tuple)) else [value]
        cleaned = [clean(item, vocabulary) for item in items[:MAX_ITEMS]]
        good = tuple(item for item in cleaned if isinstance(item, str))
        bad = next((item for item in cleaned if isinstance(item, _Bad)), None)
        return _Bad(bad.reason, good) if bad else good

    return clean_all


def _identifier(value: object, vocabulary: Vocabulary) -> object:
    text = _text(value, vocabulary)
    if not isinstance(text, str):
        return text
    tidy = slug(text)
    if text == tidy and len(text) <= 200:
        return text
    return _Bad(f"“{text[:80]}” is not an id; write `{tidy[:80]}`.")


def _year(value: object, _: Vocabulary) -> object:
    latest = dt.date.today().year + 1
    text = str(value)
    digits = text.isascii() and text.isdigit() and len(text) == 4
    if digits and 1800 <= int(text) <= latest:
        return int(text)
    return _Bad(f"“{text[:40]}” is not a year from 1800 to {latest}. It was left out.")


def _date(value: object, _: Vocabulary) -> object:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return _Bad(f"“{str(value)[:40]}” is not a date; write YYYY-MM-DD. It was left out.")


def _past_date(value: object, vocabulary: Vocabulary) -> object:
    day = _date(value, vocabulary)
    if isinstance(day, dt.date) and day > dt.date.today():
        return _Bad(f"{day.isoformat()} is still to come. It was left out.")
    return day


def _language(value: object, _: Vocabulary) -> object:
    code = str(value).replace("_", "-").split("-")[0].lower()
    code = {"eng": "en", "fra": "fr", "fre": "fr"}.get(code, code)
    return code if code in LANGUAGES else _Bad(f"“{str(value)[:40]}” is not `en` or `fr`.")


def _address(value: object, _: Vocabulary) -> object:
    text = str(value).strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return _Bad(f"“{text[:80]}” is not an address. It was left out.")
    if parts.scheme in ("http", "https") and parts.hostname and len(text) <= MAX_TEXT:
        return text
    return _Bad(f"“{text[:80]}” is not an address that begins with https://. It was left out.")


def _country(value: object, _: Vocabulary) -> object:
    code = str(value).strip()
    if re.fullmatch(r"[A-Z]{2}", code):
        return code
    return _Bad(f"“{code[:40]}” is not a two-letter country code such as CA. It was left out.")


def _controlled(facet: str) -> _Cleaner:
    def clean(value: object, vocabulary: Vocabulary) -> object:
        text = str(value).strip()
        if vocabulary.entry(facet, text):
            return text
        return _Bad(_not_in_list(facet, text, vocabulary), _successor(facet, text, vocabulary))

    return clean


def _controlled_list(facet: str) -> _Cleaner:
    def clean(value: object, vocabulary: Vocabulary) -> object:
        items = value if isinstance(value, (list, tuple)) else [value]
        texts = [str(item).strip() for item in items[:MAX_ITEMS]]
        keys = (
            t if vocabulary.entry(facet, t) else _successor(facet, t, vocabulary) for t in texts
        )
        good = tuple(dict.fromkeys(key for key in keys if key))
        bad = [text for text in texts if not vocabulary.entry(facet, text)]
        if not bad:
            return good
        return _Bad(" ".join(_not_in_list(facet, text, vocabulary) for text in bad), good)

    return clean


def _successor(facet: str, text: str, vocabulary: Vocabulary) -> str | None:
    """What stands for a retired key today; nothing for what never was a key."""
    if not vocabulary.is_retired(facet, text):
        return None
    return vocabulary.successor(facet, text)


def _not_in_list(facet: str, text: str, vocabulary: Vocabulary) -> str:
    successor = _successor(facet, text, vocabulary)
    if successor:
        return f"“{text}” was retired; write `{successor}`. Indexed as that."
    nearest = vocabulary.nearest(facet, text)
    hint = f"did you mean `{nearest}`?" if nearest else f"use one of the {facet} keys."
    return f"“{text[:80]}” is not in the list; {hint} Indexed without it."


def _ratings(value: object, vocabulary: Vocabulary) -> object:
    rows = value if isinstance(value, (list, tuple)) else [value]
    good: list[Rating] = []
    problem = None
    for row in rows[:MAX_ITEMS]:
        rating = _rating(row, vocabulary)
        if rating is None:
            problem = (
                "each needs `by` and `rating` as texts, and a `url` that begins with https://."
            )
        else:
            good.append(rating)
    return _Bad(problem, tuple(good)) if problem else tuple(good)


def _rating(row: object, vocabulary: Vocabulary) -> Rating | None:
    if not isinstance(row, Mapping):
        return None
    by, rating = _text(row.get("by"), vocabulary), _text(row.get("rating"), vocabulary)
    url = None if row.get("url") is None else _address(row["url"], vocabulary)
    if isinstance(by, str) and isinstance(rating, str) and not isinstance(url, _Bad):
        return Rating(by, rating, str(url) if url else None)
    return None


_CLEANERS: Final[Mapping[str, _Cleaner]] = {
    "id": _identifier,
    "aliases": _list_of(_identifier),
    "title": _text,
    "lang": _language,
    "translation_of": _identifier,
    "year": _year,
    "date": _date,
    "added": _date,
    "authors": _list_of(_text),
    "publisher": _text,
    "type": _controlled("type"),
    "sectors": _controlled_list("sector"),
    "rating": _controlled("rating"),
    "rating_note": _text,
    "ratings": _ratings,
    "outcomes": _controlled_list("outcome"),
    "population": _controlled_list("population"),
    "setting": _controlled_list("setting"),
    "municipality": _text,
    "province": _controlled("province"),
    "country": _country,
    "source_url": _address,
    "licence": _text,
    "summary": _text,
    "withdrawn": _text,
    "last_verified": _past_date,
}

KEYS: Final = tuple(_CLEANERS)
