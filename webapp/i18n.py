"""Which language a page speaks, and how that language writes numbers, dates and lists.

The address decides (`/en/...`, `/fr/...`); where it says nothing, the browser does. Flask-Babel
is imported only here.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from gettext import NullTranslations
from typing import Final, cast

import flask_babel  # type: ignore[import-untyped]
from babel import Locale, dates, lists, numbers
from flask import Flask, Request, current_app, has_request_context, request

LANGUAGES: Final = ("en", "fr")
_LOCALES: Final = {"en": Locale("en", "CA"), "fr": Locale("fr", "CA")}


class Spoken(Request):
    """A request that knows the language of its answer."""

    @functools.cached_property
    def language(self) -> str:
        """That of the address, or else the one that the browser asks for."""
        return language_of_path(self.path) or preferred_language()

    @functools.cached_property
    def translations(self) -> NullTranslations:
        """The texts of that language."""
        return cast(NullTranslations, flask_babel.get_translations())


def init_app(app: Flask) -> None:
    """Lets addresses carry the language, and templates speak it."""
    app.request_class = Spoken
    flask_babel.Babel(app, locale_selector=_locale)
    app.url_defaults(_keep_language)
    app.url_value_preprocessor(_take_language)
    app.context_processor(_speaking)


def _speaking() -> dict[str, object]:
    """What templates say things with. The language of a page is found once: a page asks for some
    two hundred texts and numbers, each of which would look it up."""
    lang, translations = current_language(), _translations()
    return {
        "_": functools.partial(_translated, translations),
        "ngettext": functools.partial(_counted, translations, lang),
        "lang": lang,
        "other_lang": other_language(),
        "number": functools.partial(_written, lang),
        "date": date,
        "moment": moment,
        "language_name": language_name,
    }


def current_language() -> str:
    """The language of the page being written: `en` or `fr`."""
    return cast(Spoken, request).language if has_request_context() else LANGUAGES[0]


def language_of_path(path: str) -> str | None:
    """The language that an address names, if it names one."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in LANGUAGES else None


def preferred_language() -> str:
    """The language that the browser asks for; English when it asks for neither."""
    return request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0])


def other_language() -> str:
    """The language that the page does not speak."""
    return LANGUAGES[1 - LANGUAGES.index(current_language())]


def gettext(text: str, /, **values: object) -> str:
    """The text in the language of the page, with its values filled in."""
    return _translated(_translations(), text, **values)


def _translations() -> NullTranslations:
    asked = cast(Spoken, request) if has_request_context() else None
    return asked.translations if asked else flask_babel.get_translations()


def _translated(translations: NullTranslations, text: str, /, **values: object) -> str:
    said = translations.gettext(text)
    return said % values if values else said


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """The text for a count in the language of the page; `%(num)s` is the count as it is written."""
    return _counted(_translations(), current_language(), one, many, count, **values)


def _counted(
    translations: NullTranslations,
    lang: str,
    one: str,
    many: str,
    count: int,
    /,
    **values: object,
) -> str:
    said = translations.ngettext(one, many, count)
    return said % {"num": _written(lang, count), **values}


def number(value: float) -> str:
    """A number as the language groups and points it."""
    return _written(current_language(), value)


@functools.lru_cache(maxsize=1 << 12)
def _written(lang: str, value: float) -> str:
    # Most numbers of a page are small, and the same as on the last one.
    return numbers.format_decimal(value, locale=_LOCALES[lang])


def date(value: dt.date) -> str:
    """A day in words."""
    said = str(dates.format_date(value, "long", locale=_locale()))
    return f"1er{said[1:]}" if current_language() == "fr" and value.day == 1 else said


def moment(value: dt.datetime) -> str:
    """A day and a time of day, in UTC."""
    there = value.astimezone(dt.UTC)
    time = dates.format_time(there, "short", locale=_locale(), tzinfo=dt.UTC)
    return f"{date(there)}, {time} UTC"


def alternatives(values: Sequence[str]) -> str:
    """The values as alternatives: “a, b or c”."""
    return lists.format_list(list(values), "or", locale=_locale())


def language_name(lang: str) -> str:
    """What a language is called in the language of the page, within a sentence."""
    return str(_locale().languages.get(lang, lang))


def country_name(code: str) -> str:
    """What a country is called in the language of the page; a code without a name stays."""
    return str(_locale().territories.get(code.upper(), code))


def _locale() -> Locale:
    return _LOCALES[current_language()]


def _keep_language(endpoint: str, values: dict[str, object]) -> None:
    if current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values.setdefault("lang", current_language())


def _take_language(_endpoint: str | None, values: dict[str, object] | None) -> None:
    if values:
        values.pop("lang", None)
