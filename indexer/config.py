"""One frozen Config: flag > EVIDENCE_* > corpus/config.yaml > default."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from indexer import yamlfile
from indexer.errors import ConfigError, MetadataError

ENGINES: Final = ("whoosh", "opensearch", "memory")
CONFIG_FILE: Final = "config.yaml"
# Where these two stand decides which file is read, so the file cannot set them.
_NOT_IN_FILE: Final = frozenset({"corpus", "index"})


# A token that cannot be guessed, however long somebody tries.
SHORTEST_TOKEN: Final = 16
_SWITCH: Final = {"true": True, "false": False}
# A reader needs some 100 MB before it has read anything.
_LEAST: Final = {
    "read_seconds": 1,
    "read_megabytes": 256,
    "ocr_megabytes": 1,
    "opensearch_seconds": 1,
    "opensearch_retries": 0,
    "opensearch_shards": 1,
    "opensearch_replicas": 0,
}
_ALIAS: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


@dataclass(frozen=True)
class Config:
    """Every setting; paths are absolute, and `base_url` ends without a slash.

    `former_base_urls` are where the site was before; `newsletters` files and addresses of what was
    sent, beside those in `_newsletters/`. With `editorial` the corpus consists of briefs that
    `verify` holds to the rules of editorial.py.
    No file may take longer to read than `read_seconds`, or more memory than `read_megabytes`.
    With `ocr` the text of scanned pages is recognised, and kept in `ocr_megabytes` at most.
    `share_token` lets staff make short links on the site, and see what is searched for where
    `query_counts` has it counted; without one nobody can.
    `opensearch_url` are the nodes of a cluster, user and password in the first; `opensearch_alias`
    names its index, and `opensearch_ca` the file of the authority that signed their certificates.
    A node that does not answer within `opensearch_seconds` counts as down; so often another is
    asked. A new index has so many `opensearch_shards`, and each so many copies beside itself.
    """

    corpus: Path
    index: Path
    engine: str = "whoosh"
    site_name: str = "Evidence for Safer Cities"
    base_url: str = ""
    former_base_urls: tuple[str, ...] = ()
    newsletters: tuple[str, ...] = ()
    editorial: bool = False
    read_seconds: int = 120
    read_megabytes: int = 2048
    ocr: bool = False
    ocr_megabytes: int = 500
    share_token: str = field(default="", repr=False)
    query_counts: bool = False
    opensearch_url: tuple[str, ...] = field(default=(), repr=False)
    opensearch_ca: str = ""
    opensearch_alias: str = "evidence"
    opensearch_seconds: int = 10
    opensearch_retries: int = 3
    opensearch_shards: int = 1
    opensearch_replicas: int = 1


_NAMES: Final = tuple(setting.name for setting in fields(Config))


def load(
    flags: Mapping[str, object] | None = None, environment: Mapping[str, str] | None = None
) -> Config:
    """The settings in force; one ConfigError names every problem, with where it stands.

    `flags` are settings by name, None where not given; `environment` is os.environ unless told.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    variables = _from_environment(os.environ if environment is None else environment)
    corpus = Path(str(given.get("corpus") or variables.get("corpus") or "corpus"))
    problems: list[str] = []
    written = _from_file(corpus / CONFIG_FILE, problems)
    values: dict[str, object] = {"index": ".index", **written, **variables, **given}
    problems += [
        f"`{name}` is not a setting; use {_listed()}." for name in set(values) - set(_NAMES)
    ]
    problems += _checked(values)
    if problems:
        raise ConfigError(" ".join(problems))
    return Config(
        corpus=corpus.absolute(),
        index=Path(str(values["index"])).absolute(),
        engine=str(values.get("engine", Config.engine)),
        site_name=str(values.get("site_name", Config.site_name)),
        base_url=str(values.get("base_url", Config.base_url)).rstrip("/"),
        former_base_urls=tuple(url.rstrip("/") for url in _several(values, "former_base_urls")),
        newsletters=_several(values, "newsletters"),
        editorial=_SWITCH[str(values.get("editorial", False)).lower()],
        ocr=_SWITCH[str(values.get("ocr", False)).lower()],
        share_token=str(values.get("share_token", Config.share_token)),
        query_counts=_SWITCH[str(values.get("query_counts", False)).lower()],
        opensearch_url=tuple(url.rstrip("/") for url in _several(values, "opensearch_url")),
        opensearch_ca=str(values.get("opensearch_ca", Config.opensearch_ca)),
        opensearch_alias=str(values.get("opensearch_alias", Config.opensearch_alias)),
        **{name: _whole(values, name) for name in _LEAST},
    )


def _whole(values: Mapping[str, object], name: str) -> int:
    return int(str(values.get(name, getattr(Config, name))))


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    prefixed = {name: environment.get(f"EVIDENCE_{name.upper()}") for name in _NAMES}
    return {name: value for name, value in prefixed.items() if value}


def _from_file(path: Path, problems: list[str]) -> dict[str, object]:
    if not path.exists():
        return {}
    try:
        written = yamlfile.load_mapping(path)
    except MetadataError as error:
        problems.append(str(error))
        return {}
    misplaced = _NOT_IN_FILE & set(written)
    problems += [f"{path.name}: `{name}` cannot be set here; use a flag." for name in misplaced]
    return {name: value for name, value in written.items() if name not in _NOT_IN_FILE}


def _checked(values: Mapping[str, object]) -> list[str]:
    problems = []
    engine = values.get("engine", Config.engine)
    if engine not in ENGINES:
        problems.append(f"The engine “{engine}” is not known; use one of {', '.join(ENGINES)}.")
    addresses = [("base_url", str(values["base_url"]))] if values.get("base_url") else []
    addresses += [
        (name, url)
        for name in ("former_base_urls", "opensearch_url")
        for url in _several(values, name)
    ]
    problems += [
        f"{name} “{_without_password(address)}” is not a web address; begin it with https://."
        for name, address in addresses
        if urlsplit(address).scheme not in ("http", "https")
    ]
    problems += [
        f"{name} is “{values[name]}”; write true or false."
        for name in ("editorial", "ocr", "query_counts")
        if str(values.get(name, False)).lower() not in _SWITCH
    ]
    if str(values.get("query_counts", False)).lower() == "true" and not values.get("share_token"):
        problems.append("query_counts needs a share_token; without one nobody may see the counts.")
    problems += [
        f"{name} is “{values[name]}”; write a whole number, at least {least}."
        for name, least in _LEAST.items()
        if not _is_at_least(str(values.get(name, least)), least)
    ]
    if engine == "opensearch" and not _several(values, "opensearch_url"):
        problems.append("The engine “opensearch” needs its nodes: set EVIDENCE_OPENSEARCH_URL.")
    if not _ALIAS.fullmatch(str(values.get("opensearch_alias", Config.opensearch_alias))):
        problems.append(
            f"opensearch_alias is “{values['opensearch_alias']}”; use lower-case letters, digits "
            "and hyphens."
        )
    if 0 < len(str(values.get("share_token", ""))) < SHORTEST_TOKEN:
        problems.append(f"share_token is too short; use {SHORTEST_TOKEN} characters or more.")
    return problems


def _without_password(address: str) -> str:
    """An address as it may be shown and logged."""
    _, at, rest = address.rpartition("@")
    return f"…@{rest}" if at else address


def _is_at_least(written: str, least: int) -> bool:
    return written.isascii() and written.isdigit() and least <= int(written) < 10**9


def _several(values: Mapping[str, object], name: str) -> tuple[str, ...]:
    """A setting that is a list: of YAML, or of words with spaces between them."""
    given = values.get(name) or ()
    items = given if isinstance(given, (list, tuple)) else str(given).split()
    return tuple(str(item).strip() for item in items if str(item).strip())


def _listed() -> str:
    return ", ".join(f"`{name}`" for name in _NAMES)
