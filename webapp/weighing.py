"""What somebody weighs who has to decide: each point by its name, in the words of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer import criteria
from indexer.criteria import Answer, Quote
from indexer.models import Passage, Rating, Report
from indexer.registries import reading
from webapp.i18n import gettext as _, number


@dataclass(frozen=True, slots=True)
class Point:
    """One point of criteria.CRITERIA, and what the report says on it."""

    name: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Registry:
    """What one registry said, in its own word, and which rating of ours that is, if any."""

    said: Rating
    ours: str | None


def every_point(report: Report, passages: Sequence[Passage]) -> list[Point]:
    """Every point that a decision turns on, also those on which the report says nothing."""
    found = criteria.answers(report, passages)
    return [Point(name, found[criterion]) for criterion, name in _names().items()]


def points(report: Report, passages: Sequence[Passage]) -> list[Point]:
    """The same for the page of the report, where the rating says how sure the findings are when
    the text does not."""
    sure, *others = every_point(report, passages)
    return [sure, *others] if sure.answer.quotes else others


def _names() -> dict[str, str]:
    """What each of criteria.CRITERIA is called, in order."""
    return {
        "certainty": _("How sure"),
        "cost": _("Cost"),
        "requirements": _("What it takes"),
        "canada": _("In Canada"),
        "unknown": _("What is not known"),
    }


def source(quote: Quote) -> str:
    """Where words stand: their heading, their page, or the number of their passage."""
    if quote.heading:
        return quote.heading
    if quote.passage.page:
        return _("p. %(page)s", page=number(quote.passage.page))
    return _("passage %(number)s", number=number(quote.passage.number))


def registries(report: Report) -> list[Registry]:
    """What each registry said of a report."""
    return [Registry(said, reading(said)) for said in report.ratings]
