"""What a YAML text says, read strictly: the one place where YAML is parsed.

Only `true` and `false` are booleans, so that the province `ON` and the country `NO` stay text;
a key given twice is an error rather than a silent loss.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import yaml

from indexer.errors import MetadataError

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML built without libyaml reads the same, eight times as slowly.
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

MAX_BYTES = 1_000_000
MAX_DEPTH = 50


class Located(dict[str, object]):
    """A mapping that knows on which line each of its keys stands."""

    def __init__(self, values: Mapping[str, object], lines: Mapping[str, int]) -> None:
        super().__init__(values)
        self.lines = lines


class _Loader(_SafeLoader):
    """PyYAML's safe loader with YAML 1.2 booleans, without repeated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                problem = f"the key “{key.value}” stands here twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            if isinstance(key.value, str):
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def parse(content: str, where: str, first_line: int = 1) -> object:
    """The value of a YAML text; MetadataError names `where` and the line."""
    if len(content) > MAX_BYTES:
        raise MetadataError(f"{where}: longer than {MAX_BYTES:,} characters; shorten it.")
    loader = _Loader(content)
    try:
        _check_shape(content)
        node = loader.get_single_node()
        value = None if node is None else loader.construct_document(node)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        last_line = first_line + content.count("\n")
        raise MetadataError(_explain(error, where, first_line, last_line)) from error
    finally:
        loader.dispose()
    if isinstance(node, yaml.MappingNode) and isinstance(value, dict):
        lines = {key.value: key.start_mark.line + first_line for key, _ in node.value}
        return Located({str(key): item for key, item in value.items()}, lines)
    return value


def _check_shape(content: str) -> None:
    """Refuses aliases, which can stand for far more than the file holds, and nesting so deep that
    a composer which calls itself would run out of stack."""
    depth = 0
    for event in yaml.parse(content, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > MAX_DEPTH:
            problem = "nested too deeply" if depth > MAX_DEPTH else "aliases are not read"
            mark: Any = event.start_mark
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


def _explain(error: Exception, where: str, first_line: int, last_line: int) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error) or type(error).__name__
    line = f", line {min(mark.line + first_line, last_line)}" if mark else ""
    return f"{where}{line}: not valid YAML ({problem}). Correct the line."


def load(path: Path) -> object:
    """The value of a YAML file (UTF-8); MetadataError says what is wrong and on which line."""
    try:
        with path.open(encoding="utf-8") as file:
            return parse(_limited(file), path.name)
    except UnicodeDecodeError as error:
        raise MetadataError(f"{path.name}: not UTF-8 text. Save it as UTF-8.") from error
    except OSError as error:
        raise MetadataError(f"{path.name}: cannot be read ({error.strerror}).") from error


def _limited(file: IO[str]) -> str:
    return file.read(MAX_BYTES + 1)


def load_mapping(path: Path) -> dict[str, object]:
    """The mapping in a YAML file; anything else in it is a MetadataError."""
    return as_mapping(load(path), path.name)


def as_mapping(value: object, where: str) -> dict[str, object]:
    """The value as a mapping with text keys, or a MetadataError that says what it is instead."""
    if value is None:
        raise MetadataError(f"{where}: is empty. Write `key: value` lines in it, or delete it.")
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise MetadataError(f"{where}: holds a {kind}, not `key: value` lines. Correct it.")
    return value
