"""A sidecar as `indexer add` writes it: each value with its source and confidence in a comment.

Comments are for people: whoever reads the metadata passes them over, and may delete them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from indexer import metadata, yamlfile
from indexer.adding.suggestion import SURE, Suggestion
from indexer.errors import MetadataError
from indexer.models import Extract
from indexer.vocabulary import Vocabulary

_HEAD: Final = "# From `indexer add` on {today}: correct what is wrong; a line may be deleted.\n"
# Keys with several values, which a person may also write with commas between them.
LISTS: Final = frozenset({"aliases", "authors", "sectors", "outcomes", "population", "setting"})


def written(values: Mapping[str, Suggestion], remarks: Iterable[str], today: dt.date) -> str:
    """The sidecar; each of the remarks is a line of comment at its head."""
    lines = [_HEAD.format(today=today), *(f"# {_plain(remark)}\n" for remark in remarks)]
    for key in metadata.KEYS:
        if key in values:
            told = values[key]
            lines.append(f"# {_plain(told.source)} ({told.confidence})\n")
            lines.append(f"{key}: {_yaml(told.value)}\n")
    return "".join(lines)


def _yaml(value: object) -> str:
    # A JSON value is a YAML value.
    return json.dumps(_readable(value), ensure_ascii=False)


def _readable(value: object) -> object:
    """The value without characters that YAML forbids."""
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, list):
        return [_readable(item) for item in value]
    if isinstance(value, dict):
        return {key: _readable(item) for key, item in value.items()}
    return value


def _plain(text: str) -> str:
    """The text on one line, without what cannot be printed."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def parsed(content: str) -> dict[str, object]:
    """What a person made of a sidecar; MetadataError names the line that cannot be read."""
    return yamlfile.as_mapping(yamlfile.parse(content, "the text"), "the text")


def assigned(line: str) -> tuple[str, object]:
    """The key and the value of `KEY=VALUE`; no value takes the key away."""
    key, equals, value = (part.strip() for part in line.partition("="))
    if not equals or key not in metadata.KEYS:
        raise MetadataError(f"“{line[:80]}” is not KEY=VALUE with one of the keys above.")
    if key in LISTS and not value.startswith("["):
        return key, [item.strip() for item in value.split(",") if item.strip()]
    # What a person types is a text, but for lists and mappings in YAML.
    return key, yamlfile.parse(value, key) if value[:1] in ("[", "{") else value or None


def checked(
    values: Mapping[str, object], where: str, vocabulary: Vocabulary
) -> tuple[dict[str, object], tuple[MetadataError, ...]]:
    """The values that can be used, in plain form, and what is wrong with the others."""
    known = metadata.resolve(where, Extract("", ()), values, vocabulary)
    used = {key: known.values[key] for key, told in known.provenance.items() if told == "sidecar"}
    return msgspec.to_builtins(used), known.problems


def revised(before: Mapping[str, Suggestion], after: Mapping[str, object]) -> dict[str, Suggestion]:
    """The values after a person changed some: those that stayed keep where they come from."""
    return {
        key: before[key]
        if key in before and before[key].value == value
        else Suggestion(value, "written by hand", SURE)
        for key, value in after.items()
    }
