"""How a report is cited: in APA and Chicago style for people, as RIS and BibTeX for programs.

What is cited is the report as its authors and publisher gave it out; `url` is where it can be
read here, to the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from indexer.models import Report

_UNDATED: Final = {"en": "n.d.", "fr": "s. d."}
_AND: Final = {"en": "&", "fr": "et"}
# In Chicago style, with the comma that English has before it.
_CHICAGO_AND: Final = {"en": ", and ", "fr": " et "}
# A name with one of these is an organization, which has no first name to shorten.
_ORGANIZATION: Final = re.compile(
    r"\b(agenc|associat|authorit|autorité|bureau|canada|cent(?:re|er)|city|collaborat|college"
    r"|commi|company|conseil|corpor|council|department|foundation|government|gouvernement|group"
    r"|institut|minist|municipal|nations|network|office|organi|partners|police|programme?|project"
    r"|région|registry|réseau|safety|school|secretariat|service|societ|team|universit|ville\b)",
    re.IGNORECASE,
)
# "and others", as corpora write it at the end of the one author whom they name.
_OTHERS: Final = re.compile(r",?\s+et al\.?$", re.IGNORECASE)
# Five words are a name of something other than a person.
_LONGEST_NAME: Final = 4
# What TeX would take for a command.
_TEX: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "_": r"\_",
        "%": r"\%",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


def apa(report: Report, lang: str, url: str) -> str:
    """The report as an entry of a reference list, in APA style (7th edition), as plain text."""
    authors = _listed([_initialled(name) for name in report.authors], _AND[lang])
    year = str(report.year) if report.year else _UNDATED[lang]
    publisher = report.publisher if report.publisher not in report.authors else None
    who = authors or publisher
    parts = [f"{who} ({year})", report.title] if who else [report.title, f"({year})"]
    if authors and publisher:
        parts.append(publisher)
    return " ".join([*map(_ended, parts), _original(report) or url])


def _ended(part: str) -> str:
    return part if part.endswith((".", "?", "!", "…")) else f"{part}."


def chicago(report: Report, lang: str, url: str) -> str:
    """The report in Chicago style (17th edition, author and date), as plain text."""
    year = str(report.year) if report.year else _UNDATED[lang]
    publisher = report.publisher if report.publisher not in report.authors else None
    who = _chicago_names(report.authors, _CHICAGO_AND[lang]) or publisher
    parts = [who, year, report.title] if who else [report.title, year]
    if report.authors and publisher:
        parts.append(publisher)
    return " ".join([*map(_ended, parts), f"{_original(report) or url}."])


def _chicago_names(names: Sequence[str], joined: str) -> str:
    """The first name inverted, the others as they are said; of more than ten, seven."""
    said = [_first_inverted(name) for name in names[:1]] + list(names[1:])
    if len(said) > 10:
        return f"{', '.join(said[:7])}, et al."
    return joined.join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else "".join(said)


def _first_inverted(name: str) -> str:
    alone = without_others(name)
    return inverted(alone) + name[len(alone) :]


def ris(report: Report, url: str) -> str:
    """The report as one RIS record (RIS specification of 2001, type RPRT), ended by a line."""
    lines = [("TY", "RPRT"), ("ID", report.id), ("TI", report.title)]
    lines += [("AU", inverted(without_others(name))) for name in report.authors]
    lines += [("PY", str(report.year or "")), ("DA", _ris_date(report))]
    lines += [("PB", report.publisher or ""), ("CY", report.municipality or "")]
    lines += [("LA", report.lang), ("AB", report.summary or "")]
    lines += [("KW", word) for word in (*report.sectors, *report.outcomes)]
    lines += [("UR", _original(report) or url), ("L2", url if _original(report) else "")]
    lines += [("N1", report.rating_note or "")]
    told = [f"{tag}  - {line_of(value)}" for tag, value in lines if value]
    return "\r\n".join([*told, "ER  - ", "", ""])


def bibtex(report: Report, url: str) -> str:
    """The report as one BibTeX entry in UTF-8, ended by an empty line."""
    kind = "techreport" if report.publisher else "misc"
    fields = [
        ("title", "{" + _tex(report.title) + "}"),
        ("author", " and ".join(map(_bibtex_name, report.authors))),
        ("institution", _tex(report.publisher or "")),
        ("year", str(report.year or "")),
        ("language", {"en": "english", "fr": "french"}[report.lang]),
        ("url", _bibtex_url(_original(report) or url)),
        ("note", _tex(url) if _original(report) else ""),
        ("abstract", _tex(report.summary or "")),
        ("keywords", _tex(", ".join(report.sectors))),
    ]
    told = "".join(f"  {name} = {{{value}}},\n" for name, value in fields if value)
    return f"@{kind}{{{report.id},\n{told}}}\n\n"


def _original(report: Report) -> str | None:
    """Where the original can be read, if that is an address of the web."""
    address = report.source_url or ""
    return address if address.startswith(("https://", "http://")) else None


def line_of(text: str) -> str:
    """A text on one line, without the control characters that would end it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def inverted(name: str) -> str:
    """A person's name with the family name first, "Farrington, David"; an organization's as is."""
    words = line_of(name).split()
    if _is_whole(words, name):
        return " ".join(words)
    return f"{words[-1]}, {' '.join(words[:-1])}"


def without_others(name: str) -> str:
    """The one author whom a name such as “Senn et al.” names."""
    return _OTHERS.sub("", name)


def is_organization(name: str) -> bool:
    """Whether a name is one of an organization: by its words, or by how many there are."""
    return bool(_ORGANIZATION.search(name)) or len(name.split()) > _LONGEST_NAME


def _is_whole(words: list[str], name: str) -> bool:
    return len(words) < 2 or "," in name or is_organization(name)


def _initialled(name: str) -> str:
    """A person's name as APA has it, "Farrington, D. P."; an organization's as it is."""
    one = without_others(name)
    family, comma, first = inverted(one).partition(", ")
    if comma and not is_organization(one):
        first = " ".join(_initial(word) for word in first.split())
    return family + comma + first + ("" if one == name else " et al.")


def _initial(word: str) -> str:
    return "-".join(f"{part[0]}." for part in word.split("-") if part)


def _listed(names: list[str], word: str) -> str:
    """Names in APA's way: two joined by a word, more by commas, over 20 cut to 19 and the last."""
    if len(names) < 2:
        return "".join(names)
    if len(names) > 20:
        return f"{', '.join(names[:19])}, … {names[-1]}"
    comma = "," if word == "&" else ""
    return f"{', '.join(names[:-1])}{comma} {word} {names[-1]}"


def _ris_date(report: Report) -> str:
    return f"{report.date:%Y/%m/%d/}" if report.date else ""


def _tex(text: str) -> str:
    return line_of(text).translate(_TEX)


def _bibtex_name(name: str) -> str:
    """A name that BibTeX must not take apart stands in braces of its own."""
    one = without_others(name)
    told = _tex(inverted(one))
    whole = told if "," in told else f"{{{told}}}"
    return whole if one == name else f"{whole} and others"


def _bibtex_url(url: str) -> str:
    """An address with the braces and backslashes that would end the field percent-encoded."""
    return "".join(_encoded(url))


def _encoded(url: str) -> Iterator[str]:
    for character in line_of(url):
        yield f"%{ord(character):02X}" if character in '{}\\"' else character
