"""What a build did, as a page for people: what was added, what failed and what to do about it, how
much of the pages was read, and which sectors were suggested. It can be kept and sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from indexer import standalone
from indexer.build.reporting import BuildReport, BuildWarning, Taken
from indexer.build.wording import FINDINGS, REMEDIES, WORDS
from indexer.findings import page_ranges
from indexer.prepare import Failure
from indexer.standalone import escaped
from indexer.text import spaced
from indexer.vocabulary import Vocabulary

# A strip shows so many pages at most; where there are more, each mark stands for several.
_STRIP: Final = 100
_REPORTS: Final = 200
# Pages of these kinds were not read, or not well; what was read in another language was read.
_TONES: Final = {
    "page-without-text": "bad",
    "no-text-by-ocr": "bad",
    "garbled": "bad",
    "read-by-ocr": "warn",
    "table-lost": "warn",
}
_STYLE: Final = """
.counts{display:flex;flex-wrap:wrap;gap:8px 40px;padding:0;list-style:none}
.counts b{display:block;font-size:28px;line-height:1.25}
.bar{display:flex;height:16px;margin:8px 0;border:1px solid var(--line)}
.bar span{display:block}.good{background:var(--good)}.warn{background:var(--warn)}
.bad{background:var(--bad)}.other{background:var(--other)}
.key{padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:4px 24px}
.key i,.sectors i{display:inline-block;width:12px;height:12px;margin-right:8px}
@media(min-width:40rem){.sectors td:nth-child(2){width:50%}}
.sectors i{height:12px;margin:0;vertical-align:middle}
svg{display:block;width:100%;max-width:400px;height:16px}
svg .good{fill:var(--good)}svg .warn{fill:var(--warn)}svg .bad{fill:var(--bad)}
.quiet{color:var(--soft)}
"""


def page(report: BuildReport, vocabulary: Vocabulary, lang: str) -> str:
    """The build report as HTML, in a language."""
    words = WORDS[lang]
    parts = (
        _summary(report, lang),
        _failures(report.failures, lang),
        _coverage(report, lang),
        _sectors(report.taken, vocabulary, lang),
        _reports(report, lang),
    )
    return standalone.page(lang, words["title"], filter(None, parts), _STYLE)


def _summary(report: BuildReport, lang: str) -> str:
    words = WORDS[lang]
    files = len({failure.path for failure in report.failures})
    kind = "good" if not files else "problem" if files == 1 else "problems"
    told = words[kind].format(count=_number(files, lang))
    counts = [(name, getattr(report, name)) for name in ("added", "changed", "removed")]
    counts += [("unchanged", report.unchanged)]
    items = "".join(
        f"<li><b>{_number(count, lang)}</b>{escaped(words[name])}</li>" for name, count in counts
    )
    size = words["size"].format(
        reports=_number(report.reports, lang),
        passages=_number(report.passages, lang),
        seconds=_decimal(report.seconds, lang),
    )
    return f'<p>{escaped(told)}</p>\n<ul class="counts">{items}</ul>\n<p>{escaped(size)}</p>'


def _failures(failures: Sequence[Failure], lang: str) -> str:
    if not failures:
        return ""
    words = WORDS[lang]
    heads = (words["file"], words["do"], words["why"])
    rows = (
        (
            escaped(failure.path),
            escaped(REMEDIES[lang].get(failure.error, REMEDIES[lang]["ReadError"])),
            f'<span class="quiet" lang="en">{escaped(_reason(failure))}</span>',
        )
        for failure in failures
    )
    return f"<h2>{escaped(words['failures'])}</h2>\n{standalone.table(heads, rows)}"


def _reason(failure: Failure) -> str:
    """What happened, without the name that stands beside it."""
    return failure.message.removeprefix(f"{Path(failure.path).name}: ")


def _coverage(report: BuildReport, lang: str) -> str:
    """How many pages were read without a remark, and the files of the others."""
    words = WORDS[lang]
    pages = sum(taken.pages or 0 for taken in report.taken)
    kinds = Counter(warning.kind for warning in report.warnings if warning.kind in _TONES)
    marked = {
        (warning.path, warning.page)
        for warning in report.warnings
        if warning.kind in _TONES and warning.page is not None
    }
    read = max(0, pages - len(marked))
    parts = []
    if pages:
        told = words["covered"].format(read=_number(read, lang), pages=_number(pages, lang))
        shares = [("good", words["read"], read)]
        shares += [(_TONES[kind], FINDINGS[lang][kind], count) for kind, count in kinds.items()]
        parts = [f"<h2>{escaped(words['coverage'])}</h2>", f"<p>{escaped(told)}</p>", _bar(shares)]
    return "\n".join([*parts, *_remarks(report, lang)])


def _bar(shares: Sequence[tuple[str, str, int]]) -> str:
    """Counts as parts of a bar, each with its words below it."""
    total = sum(count for _, _, count in shares) or 1
    bars = "".join(
        f'<span class="{tone}" style="width:{100 * count / total:.2f}%"></span>'
        for tone, _, count in shares
    )
    key = "".join(
        f'<li><i class="{tone}"></i>{escaped(label)} ({count})</li>'
        for tone, label, count in shares
        if count
    )
    return f'<div class="bar" aria-hidden="true">{bars}</div>\n<ul class="key">{key}</ul>'


def _remarks(report: BuildReport, lang: str) -> Iterator[str]:
    if not report.warnings:
        return
    words = WORDS[lang]
    pages = {taken.path: taken.pages or 0 for taken in report.taken}
    rows = [
        (escaped(path), _found(list(warnings), lang), _strip(pages.get(path, 0), report, path))
        for path, warnings in groupby(report.warnings, lambda warning: warning.path)
    ]
    yield f"<h2>{escaped(words['remarks'])}</h2>"
    yield standalone.table((words["file"], words["found"], words["pages"]), rows)


def _found(warnings: list[BuildWarning], lang: str) -> str:
    """What was found in a file, each kind with its pages."""
    kinds: dict[str, list[BuildWarning]] = {}
    for warning in warnings:
        kinds.setdefault(warning.kind, []).append(warning)
    return "<br>".join(_kind(kind, same, lang) for kind, same in kinds.items())


def _kind(kind: str, same: list[BuildWarning], lang: str) -> str:
    label = FINDINGS[lang].get(kind)
    if label is None:
        return f'<span lang="en">{escaped(same[0].message)}</span>'
    pages = page_ranges(warning.page for warning in same if warning.page is not None)
    return escaped(f"{label} (p. {pages})" if pages else label)


def _strip(pages: int, report: BuildReport, path: str) -> str:
    """The pages of a file as marks side by side, the worst tone of each."""
    tones = {
        warning.page - 1: _TONES[warning.kind]
        for warning in sorted(report.warnings, key=lambda each: _TONES.get(each.kind) == "bad")
        if warning.path == path and warning.page and warning.kind in _TONES
    }
    if not pages or not tones:
        return ""
    marks = min(pages, _STRIP)
    worst = ["good"] * marks
    for number, tone in tones.items():
        mark = number * marks // pages
        worst[mark] = tone if worst[mark] != "bad" else "bad"
    shapes = "".join(
        f'<rect class="{tone}" x="{number * 4}" width="3" height="16"/>'
        for number, tone in enumerate(worst)
    )
    return (
        f'<svg viewBox="0 0 {marks * 4} 16" preserveAspectRatio="none" aria-hidden="true">'
        f"{shapes}</svg>"
    )


def _sectors(taken: Sequence[Taken], vocabulary: Vocabulary, lang: str) -> str:
    """How many of the reports carry each sector, suggested or declared, as bars."""
    if not taken:
        return ""
    words = WORDS[lang]
    suggested = Counter(s for one in taken if one.suggested for s in one.sectors)
    declared = Counter(s for one in taken if not one.suggested for s in one.sectors)
    counts = suggested + declared
    most = max(counts.values(), default=1)
    rows = (
        (
            escaped(vocabulary.label("sector", sector, lang)),
            _lengths((("other", declared[sector]), ("good", suggested[sector])), most),
            _whole(str(count)),
        )
        for sector, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    key = (
        f'<ul class="key"><li><i class="good"></i>{escaped(words["suggested"])} '
        f'({suggested.total()})</li><li><i class="other"></i>{escaped(words["declared"])} '
        f"({declared.total()})</li></ul>"
    )
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f"<h2>{escaped(words['sectors'])}</h2>\n{key}\n"
        f'<table class="sectors"><tbody>\n{body}\n</tbody></table>'
    )


def _lengths(counts: Iterable[tuple[str, int]], most: int) -> str:
    return "".join(
        f'<i class="{tone}" style="width:{100 * count / most:.1f}%"></i>'
        for tone, count in counts
        if count
    )


def _reports(report: BuildReport, lang: str) -> str:
    if not report.taken:
        return ""
    words = WORDS[lang]
    heads = (words["report"], words["file"], words["new"], words["language"], words["pages"])
    rows = (
        (
            escaped(spaced(one.title, one.lang)),
            escaped(one.path),
            _whole(words["one-added" if one.new else "one-changed"]),
            one.lang,
            "" if one.pages is None else str(one.pages),
        )
        for one in report.taken[:_REPORTS]
    )
    left = report.added + report.changed - min(len(report.taken), _REPORTS)
    more = f"<p>{escaped(words['more'].format(count=_number(left, lang)))}</p>" if left > 0 else ""
    return f"<h2>{escaped(words['reports'])}</h2>\n{standalone.table(heads, rows)}\n{more}"


def _whole(text: str) -> str:
    """A text that is not broken into lines."""
    return f'<span class="whole">{escaped(text)}</span>'


def _number(value: int, lang: str) -> str:
    told = f"{value:,}"
    return told.replace(",", "\u202f") if lang == "fr" else told


def _decimal(value: float, lang: str) -> str:
    told = f"{value:.1f}"
    return told.replace(".", ",") if lang == "fr" else told
