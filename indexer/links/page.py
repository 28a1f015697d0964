"""The verdicts as a page that can be kept and sent: no script, no request to any other file."""

from __future__ import annotations

from collections import Counter
from typing import Final

from indexer import standalone
from indexer.links import VERDICTS, Checked, Newsletter, Verdict
from indexer.standalone import escaped

_WORDS: Final = {
    "en": {
        "title": "Links of newsletters",
        "count": "{count} links point here.",
        "hidden": "{count} more go through a tracker that hides where they lead.",
        "head": ("Verdict", "Link", "Why", "Use instead", "Reports then", "Reports now"),
        "failed": "Could not be checked",
        "ok": "works",
        "fewer": "finds fewer",
        "moved": "moved, and is redirected",
        "empty": "finds nothing",
        "broken": "broken",
        "no-page": "There is no such page here.",
        "no-short-link": "There is no such short link. {value}",
        "withdrawn": "The report was withdrawn. {value}",
        "no-report": "There is no report “{value}”.",
        "renamed": "The report is now called “{value}”.",
        "unknown-value": "“{value}” is no value of a filter; without it, the search is wider.",
        "retired-value": "The filter value “{value}” is used no more.",
        "replaced-value": "The filter value “{value}” has a successor.",
        "mangled": "It was mangled on the way; the site repairs it.",
        "former-address": "It leads to a former address of the site, which is now {value}.",
        "fewer-than": "It found {value} when it was made.",
    },
    "fr": {
        "title": "Liens des infolettres",
        "count": "{count} liens pointent ici.",
        "hidden": "{count} autres passent par un outil de suivi qui cache leur destination.",
        "head": (
            "Verdict",
            "Lien",
            "Pourquoi",
            "À utiliser",
            "Rapports avant",
            "Rapports maintenant",
        ),
        "failed": "N’ont pas pu être vérifiés",
        "ok": "fonctionne",
        "fewer": "trouve moins",
        "moved": "déplacé, et redirigé",
        "empty": "ne trouve rien",
        "broken": "brisé",
        "no-page": "Il n’y a pas de telle page ici.",
        "no-short-link": "Il n’y a pas de tel lien court. {value}",
        "withdrawn": "Le rapport a été retiré. {value}",
        "no-report": "Il n’y a pas de rapport «\u202f{value}\u202f».",
        "renamed": "Le rapport s’appelle maintenant «\u202f{value}\u202f».",
        "unknown-value": "«\u202f{value}\u202f» n’est pas une valeur de filtre\u202f; "
        "sans elle, la recherche est plus large.",
        "retired-value": "La valeur de filtre «\u202f{value}\u202f» ne sert plus.",
        "replaced-value": "La valeur de filtre «\u202f{value}\u202f» a une remplaçante.",
        "mangled": "Il a été abîmé en chemin\u202f; le site le répare.",
        "former-address": "Il mène à une ancienne adresse du site, qui est maintenant {value}.",
        "fewer-than": "Il trouvait {value} rapports quand il a été fait.",
    },
}


def told(lang: str, reason: str, value: str) -> str:
    """A reason in words."""
    words = _WORDS[lang]
    key = "fewer-than" if reason == "fewer" else reason
    return str(words[key]).format(value=value).strip()


def page(checked: Checked, lang: str) -> str:
    """The verdicts as HTML, in a language."""
    words = _WORDS[lang]
    parts = [_newsletter(letter, lang) for letter in checked.newsletters]
    if checked.failures:
        rows = "".join(f"<li>{escaped(failed.message)}</li>" for failed in checked.failures)
        parts.append(f"<h2>{escaped(str(words['failed']))}</h2>\n<ul>{rows}</ul>")
    return standalone.page(lang, str(words["title"]), parts)


def _newsletter(letter: Newsletter, lang: str) -> str:
    words = _WORDS[lang]
    counts = Counter(link.verdict for link in letter.links)
    told = ", ".join(
        f"{counts[verdict]} {words[verdict]}" for verdict in reversed(VERDICTS) if counts[verdict]
    )
    summary = str(words["count"]).format(count=len(letter.links)) + (f" {told}." if told else "")
    if letter.hidden:
        summary += " " + str(words["hidden"]).format(count=letter.hidden)
    worst_first = sorted(letter.links, key=lambda link: -VERDICTS.index(link.verdict))
    rows = (_row(link, lang) for link in worst_first)
    return (
        f"<h2>{escaped(letter.name)}</h2>\n<p>{escaped(summary)}</p>\n"
        f"{standalone.table(words['head'], rows)}"
    )


def _row(link: Verdict, lang: str) -> tuple[str, ...]:
    named = f"{link.text} ({link.url})" if link.text else link.url
    why = " ".join(told(lang, reason, value) for reason, value in link.reasons if reason != "empty")
    better = escaped(link.repaired or "")
    return (
        escaped(str(_WORDS[lang][link.verdict])),
        escaped(named),
        escaped(why),
        f'<a href="{better}">{better}</a>' if better else "",
        "" if link.then is None else str(link.then),
        "" if link.now is None else str(link.now),
    )
