"""How the site says things: one sentence for a search, one line for a report, one for a notice."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping

from indexer.findings import Finding, page_ranges
from indexer.models import Report
from indexer.query import Nearby, Notice, Query
from webapp.catalogue import label
from webapp.i18n import (
    alternatives,
    country_name,
    current_language,
    date,
    gettext as _,
    language_name,
    ngettext,
    number,
)

# The dot stays with the word before it when a line breaks.
SEPARATOR = "\u00a0· "
_ANY_AGE = "not-age-specific"
_PHRASE = re.compile('["“”«]([^"“”«»]+)["“”»]')


def sentence(total: int, query: Query) -> str:
    """What a search shows, in one sentence with its count: heading and title of its page."""
    if total == 0:
        return _said(_("No reports"), query)
    if not query.text and not query.filtered:
        everything = ngettext("The one report", "All %(num)s reports", total)
        return _said(everything, query)
    return _said(ngettext("%(num)s report", "%(num)s reports", total), query)


def description(query: Query) -> str:
    """What a search shows, without a count: the text of a link to it."""
    return _said(_("Reports"), query)


def _said(subject: str, query: Query) -> str:
    matching = " ".join([subject, *_matching(query)])
    return ", ".join([matching, *_narrowing(query)])


def _matching(query: Query) -> Iterator[str]:
    if query.text:
        yield _("on %(text)s", text=quoted(query.text))
    if sectors := _values(query, "sector"):
        yield _("for %(sectors)s", sectors=sectors)


def quoted(text: str) -> str:
    """A text in the quotation marks of the language; one with marked phrases has only theirs."""
    phrases, count = _PHRASE.subn(lambda match: _("“%(text)s”", text=match[1].strip()), text)
    return phrases if count else _("“%(text)s”", text=text)


def _narrowing(query: Query) -> Iterator[str]:
    if types := _values(query, "type"):
        yield _("of the type %(types)s", types=types)
    if ratings := _values(query, "rating"):
        yield _("with the rating %(ratings)s", ratings=ratings)
    if languages := [language_name(lang) for lang in query.filters.get("lang", ())]:
        yield _("in %(languages)s", languages=alternatives(languages))
    if provinces := _values(query, "province"):
        yield _("from %(provinces)s", provinces=provinces)
    if outcomes := _values(query, "outcome"):
        yield _("with the outcome %(outcomes)s", outcomes=outcomes)
    if groups := _values(query, "population"):
        yield _("about the group %(groups)s", groups=groups)
    if publishers := _values(query, "publisher"):
        yield _("published by %(publishers)s", publishers=publishers)
    if query.year_from or query.year_to:
        yield years(query)
    if not query.expand:
        yield _("in these words only")
    if order := _order(query.sort):
        yield order


def _values(query: Query, facet: str) -> str:
    return alternatives([label(facet, value) for value in query.filters.get(facet, ())])


def years(query: Query) -> str:
    """The years that a search keeps, within a sentence."""
    first, last = query.year_from, query.year_to
    if first and last:
        if first == last:
            return _("dated %(year)s", year=first)
        return _("dated %(first)s to %(last)s", first=first, last=last)
    if first:
        return _("dated %(first)s or later", first=first)
    return _("dated %(last)s or earlier", last=last)


def _order(sort: str) -> str | None:
    orders = {
        "newest": _("newest first"),
        "oldest": _("oldest first"),
        "title": _("by title"),
    }
    return orders.get(sort)


def sort_labels() -> dict[str, str]:
    """What each order is called where one chooses it."""
    return {
        "relevance": _("Most relevant"),
        "newest": _("Newest"),
        "oldest": _("Oldest"),
        "title": _("Title"),
    }


def facet_labels() -> dict[str, str]:
    """What each filter is called where one chooses its values."""
    return {
        "sector": _("Sector"),
        "rating": _("Rating"),
        "type": _("Type of report"),
        "lang": _("Language of the report"),
        "province": _("Province or territory"),
        "outcome": _("Outcome"),
        "population": _("Who it is for"),
        "publisher": _("Publisher"),
    }


def quiet_line(report: Report) -> str:
    """Kind, publisher, year, place and, when it differs from the page's, language."""
    parts = [
        label("type", report.type) if report.type else None,
        report.publisher,
        str(report.year) if report.year else None,
        place(report),
        _("in %(languages)s", languages=language_name(report.lang))
        if report.lang != current_language()
        else None,
    ]
    return SEPARATOR.join(part for part in parts if part)


def audience(report: Report) -> str:
    """For whom a report is, in a few words; empty when it says nothing that narrows."""
    groups = [label("population", key) for key in report.population if key != _ANY_AGE]
    return _("For whom: %(groups)s", groups=", ".join(groups[:3])) if groups else ""


def place(report: Report) -> str:
    """Where a report is about: town and province, or the country when that is not Canada."""
    province = label("province", report.province) if report.province else None
    abroad = report.country if (report.country or "CA").upper() != "CA" else None
    country = country_name(abroad) if abroad else None
    parts = (report.municipality, province, country)
    return ", ".join(dict.fromkeys(part for part in parts if part))


def notice(told: Notice) -> str:
    """What had to be changed to understand a search, and what to do."""
    values = told.values
    value = values.get("value", "")
    match told.kind:
        case "unknown-value":
            name = facet_labels().get(values["filter"], values["filter"])
            return _(
                "The filter “%(filter)s” has no value “%(value)s”, so it was left out.",
                filter=name,
                value=value,
            )
        case "retired-value":
            return _retirement(values)
        case "stands-in":
            built = date(dt.date.fromisoformat(values["built"]))
            return _(
                "The last index is damaged. These answers are those of %(built)s.", built=built
            )
        case "bad-year":
            return _(
                "“%(value)s” is not a year, so it was left out. Write four digits.", value=value
            )
        case "bad-expand":
            return _(
                "“%(value)s” is neither on nor off; other words were searched for too.",
                value=value,
            )
        case "bad-sort":
            return _("There is no order “%(value)s”; the usual one is used.", value=value)
        case "bad-page":
            return _("“%(value)s” is not the number of a page; this is the first.", value=value)
        case "bad-size":
            return _(
                "A page cannot hold “%(value)s” reports; the nearest possible number is used.",
                value=value,
            )
        case "outdated-word":
            word = values[current_language()]
            return _("Showing “%(word)s”, which is the word used today.", word=word)
        case "truncated":
            return _("The search was very long; only its first words were used.")
        case "beyond-last-page":
            page, last = (number(int(values[name])) for name in ("page", "last"))
            return _("There is no page %(page)s; this is the last, %(last)s.", page=page, last=last)
    return _("Part of the search could not be understood and was left out.")


def offer(nearby: Nearby, asked: Query) -> str:
    """How a search that finds something differs from the one that found nothing."""
    match nearby.kind:
        case "term":
            relation = _relations()[nearby.values["relation"]]
            return _("%(kind)s: %(values)s", kind=relation, values=quoted(nearby.query.text))
        case "filter":
            name = nearby.values["filter"]
            values = _values(asked, name)
            return _without(facet_labels()[name], values)
        case "years":
            return _without(_("Year"), years(asked))
        case "language":
            lang = language_name(nearby.values["lang"])
            return _("The reports in %(language)s", language=lang)
        case "quotes":
            return _("Without the quotation marks")
        case "fields":
            return _("With the words anywhere in a report")
        case "filters":
            return _("Without any filter")
        case "words":
            return _("Without the words, with the filters only")
    return _("%(text)s without any filter", text=quoted(nearby.query.text))


def _relations() -> dict[str, str]:
    """How a concept stands to the one that was asked for."""
    return {"broader": _("Broader"), "narrower": _("Narrower"), "related": _("Related")}


def _without(kind: str, values: str) -> str:
    chosen = _("%(kind)s: %(values)s", kind=kind, values=values)
    return _("Without the filter “%(filter)s”", filter=chosen)


def completion_kinds() -> dict[str, str]:
    """What each kind of thing is called that can be chosen while one types."""
    return {"term": _("Topic"), "sector": _("Sector"), "report": _("Report")}


def suggestions(count: int) -> str:
    """How many things can be chosen, for those who hear the page."""
    return ngettext("%(num)s suggestion", "%(num)s suggestions", count)


def _retirement(values: Mapping[str, str]) -> str:
    """That a value of a filter is used no more, and what was searched for instead."""
    facet, value = values["filter"], values["value"]
    name = facet_labels().get(facet, facet)
    successor = values.get("successor")
    if successor is None:
        return _(
            "The filter “%(filter)s” no longer has the value “%(value)s”, so it was left out.",
            filter=name,
            value=value,
        )
    return _(
        "In the filter “%(filter)s”, the value “%(value)s” is now part of “%(successor)s”, which "
        "was used instead.",
        filter=name,
        value=value,
        successor=label(facet, successor),
    )


def finding(told: Finding) -> str | None:
    """What was noticed when a report was read, and on which pages; None of an unknown kind."""
    count = len(told.pages)
    pages = page_ranges(told.pages)
    match told.kind:
        case "BadEncoding":
            return _(
                "The file does not say rightly how its letters are written; it was read as "
                "%(encoding)s.",
                encoding=told.values.get("encoding", ""),
            )
        case "page-without-text":
            return ngettext(
                "Page %(pages)s holds no text; it may be a scan.",
                "Pages %(pages)s hold no text; they may be scans.",
                count,
                pages=pages,
            )
        case "no-text-by-ocr":
            return ngettext(
                "Page %(pages)s holds no text that could be recognised; it may be a picture.",
                "Pages %(pages)s hold no text that could be recognised; they may be pictures.",
                count,
                pages=pages,
            )
        case "read-by-ocr":
            return ngettext(
                "Page %(pages)s is a scan that a program read; check its figures and names.",
                "Pages %(pages)s are scans that a program read; check their figures and names.",
                count,
                pages=pages,
            )
        case "garbled" if not pages:
            return _("Parts of the text make no words of English or French.")
        case "garbled":
            return ngettext(
                "The text of page %(pages)s makes no words of English or French.",
                "The text of pages %(pages)s makes no words of English or French.",
                count,
                pages=pages,
            )
        case "table-lost":
            return ngettext(
                "Page %(pages)s announces a table that could not be read.",
                "Pages %(pages)s announce tables that could not be read.",
                count,
                pages=pages,
            )
        case "language-switch":
            return ngettext(
                "Page %(pages)s is %(in_language)s, unlike most of the report.",
                "Pages %(pages)s are %(in_language)s, unlike most of the report.",
                count,
                pages=pages,
                in_language=_in_language(told.values.get("language", "")),
            )
        case "pages-cut":
            return _("Only the first %(read)s of %(pages)s pages were read.", **_counts(told))
        case "passages-cut":
            return _("Only the first %(passages)s passages were kept.", **_counts(told))
    return None


def _in_language(language: str) -> str:
    return {"en": _("in English"), "fr": _("in French")}.get(language, language)


def _counts(told: Finding) -> dict[str, str]:
    return {name: number(int(value)) for name, value in told.values.items()}
