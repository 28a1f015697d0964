"""How do people see it? A thin HTTP skin over one object, the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask

from indexer import config as configuration
from indexer.catalogue import Catalogue
from webapp import (
    about,
    api,
    comparing,
    context,
    errors,
    exports,
    feeds,
    gapmap,
    headers,
    i18n,
    openapi,
    previews,
    reports,
    search,
    sharing,
    shortlinks,
    site,
    staff,
    status,
)

BLUEPRINTS = (
    search.pages,
    reports.pages,
    about.pages,
    status.pages,
    api.pages,
    openapi.pages,
    comparing.pages,
    exports.pages,
    feeds.pages,
    gapmap.pages,
    sharing.pages,
    shortlinks.pages,
    site.pages,
    previews.pages,
)


def create_app(
    config: Mapping[str, object] | None = None, catalogue: Catalogue | None = None
) -> Flask:
    """The site over a catalogue, or over the one that `config` (lower-case names) describes.

    ConfigError and VocabularyError say what is wrong with the settings; a missing index is no
    error here: such a site starts, and answers 503 until there is one.
    """
    app = Flask(__name__)
    app.extensions["catalogue"] = catalogue or Catalogue(configuration.load(config))
    app.json.sort_keys = False  # type: ignore[attr-defined]
    # landing.py repairs doubled slashes, with all else that is wrong with an address.
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for part in (i18n, context, headers, errors, staff, status):
        part.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
