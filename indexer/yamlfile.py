"""What a YAML text says, read strictly: the one place where YAML is parsed.

Only `true` and `false` are booleans, so that the province `ON` and the country `NO` stay text;
a key given twice is an error rather than a silent loss.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import yaml

from indexer.errors import MetadataError

MAX_BYTES = 1_000_000


class Located(dict[str, object]):
    """A mapping that knows on which line each of its keys stands."""

    def __init__(self, values: Mapping[str, object], lines: Mapping[str, int]) -> None:
        super().__init__(values)
        self.lines = lines


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with YAML 1.2 booleans, without aliases and repeated keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases are not read", problem_mark=mark)
        return super().compose_node(parent, index)

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
        node = loader.get_single_node()
        value = None if node is None else loader.construct_document(node)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise MetadataError(_explain(error, where, first_line)) from error
    finally:
        loader.dispose()
    if isinstance(node, yaml.MappingNode) and isinstance(value, dict):
        lines = {key.value: key.start_mark.line + first_line for key, _ in node.value}
        return Located({str(key): item for key, item in value.items()}, lines)
    return value


def _explain(error: Exception, where: str, first_line: int) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error) or type(error).__name__
    line = f", line {mark.line + first_line}" if mark else ""
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
