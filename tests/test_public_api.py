"""The names that others import, and the exception tree as its docstring draws it."""

from __future__ import annotations

import inspect
import re

import indexer
from indexer import errors


def test_the_public_names_are_these() -> None:
    assert sorted(indexer.__all__) == [
        *("Catalogue", "Config", "IndexerError", "Passage", "Query"),
        *("Report", "Results", "Status", "load_config"),
    ]
    for name in indexer.__all__:
        assert inspect.getdoc(getattr(indexer, name)), name


def test_the_exception_tree_is_drawn_as_it_is() -> None:
    drawn = re.findall(
        r"^[ │├└─]*(\w+)", (errors.__doc__ or "").split("A message")[0], re.MULTILINE
    )
    classes = {
        name: cls
        for name, cls in vars(errors).items()
        if inspect.isclass(cls) and issubclass(cls, errors.IndexerError)
    }
    assert set(drawn[1:]) == set(classes)
    for cls in classes.values():
        assert cls is errors.IndexerError or issubclass(cls.__bases__[0], errors.IndexerError)


def test_some_errors_are_also_the_builtin_that_people_expect() -> None:
    assert issubclass(errors.QueryError, ValueError)
    assert issubclass(errors.ReportNotFound, LookupError)
