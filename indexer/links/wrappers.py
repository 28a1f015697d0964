"""What does a link lead to that a mailer or a mail filter wrapped? Told without following it.

Most wrappers carry the address that they wrap, escaped once or twice, in a parameter or in their
path: Outlook Safe Links, Gmail, Proofpoint 1, Facebook, LinkedIn, Barracuda, Cisco. Proofpoint 2
and 3, Mandrill and Sophos write it in a way of their own. Mailchimp, Constant Contact and
Cyberimpact keep it to themselves.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

MAX_LENGTH: Final = 20_000
_ESCAPES: Final = 4
_PROOFPOINT_2: Final = re.compile(r"/v2/url\?(?:.*&)?u=([^&]+)", re.IGNORECASE)
_PROOFPOINT_3: Final = re.compile(r"/v3/__(?P<url>.+?)__;(?P<bytes>[\w*-]*)", re.IGNORECASE)
_STARS: Final = re.compile(r"\*(?:\*(.))?")
_RUNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_HIDING: Final = re.compile(
    r"(?:^|\.)(?:list-manage\.com|mailchi\.mp|rs6\.net|constantcontact\.com|cyberimpact\.com"
    r"|sendgrid\.net|sendinblue\.com|brevo\.com|campaign-archive\.com|hubspotlinks\.com"
    r"|mimecast\.com|mimecastprotect\.com)$"
)
_TRACKED: Final = re.compile(r"/(?:track/click|tn\.jsp|ls/click|s/|click|tr/)", re.IGNORECASE)


def hides(url: str) -> bool:
    """Whether a link goes through a tracker that does not say where it leads."""
    parts = _parts(url)
    return bool(parts and _HIDING.search(parts[0]) and _TRACKED.search(parts[1]))


def _parts(url: str) -> tuple[str, str] | None:
    try:
        split = urlsplit(url)
        return (split.hostname or "").lower(), split.path
    except ValueError:
        return None


def unwrapped(url: str) -> list[str]:
    """The addresses that a link may wrap, itself first, outermost first."""
    found = [url[:MAX_LENGTH]]
    for address in found:
        if len(found) < _ESCAPES:
            found += [inner for inner in _inner(address) if inner not in found]
    return found


def _inner(url: str) -> list[str]:
    own = (_proofpoint_2(url), _proofpoint_3(url), _mandrill(url), _base64(url))
    known = [address for address in own if address]
    return known or _carried(url)


def _carried(url: str) -> list[str]:
    """The address in a parameter, else in the path, where an address of another site stands."""
    try:
        parts = urlsplit(url)
        values = [value for _, value in parse_qsl(parts.query)]
    except ValueError:
        return []
    for value in (*values, parts.path):
        text = value
        for _ in range(_ESCAPES):
            place = re.search(r"https?:/{1,2}(?=[^/])", text, re.IGNORECASE)
            if place:
                return [re.sub(r"^(https?:)/+", r"\1//", text[place.start() :], flags=re.I)]
            text = unquote(text)
    return []


def _proofpoint_2(url: str) -> str | None:
    """Version 2 writes `_` for a slash and `-` for the percent sign of an escape."""
    found = _PROOFPOINT_2.search(url)
    if not found or "urldefense" not in url.lower():
        return None
    return unquote(unquote(found[1]).replace("_", "/").replace("-", "%"))


def _proofpoint_3(url: str) -> str | None:
    """Version 3 writes `*` for each character that it changed, and `**X` for a run of them; the
    characters follow in base64."""
    found = _PROOFPOINT_3.search(url)
    if not found:
        return None
    try:
        kept = base64.urlsafe_b64decode(found["bytes"].rstrip("*") + "==").decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        kept = ""
    characters = iter(kept)

    def restored(star: re.Match[str]) -> str:
        length = _RUNS.find(star[1]) + 2 if star[1] else 1
        return "".join(next(characters, "") for _ in range(length))

    address = _STARS.sub(restored, found["url"]) if kept else found["url"]
    return re.sub(r"^(https?:)/+", r"\1//", address, flags=re.IGNORECASE)


class _Clicked(msgspec.Struct):
    url: str


class _Payload(msgspec.Struct):
    p: str


def _mandrill(url: str) -> str | None:
    """Mandrill carries a JSON text in a JSON text in base64."""
    payload = dict(_pairs(url)).get("p", "") if "mandrillapp.com" in url else ""
    try:
        outer = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=="), type=_Payload)
        return msgspec.json.decode(outer.p, type=_Clicked).url
    except (binascii.Error, msgspec.MsgspecError, ValueError):
        return None


def _base64(url: str) -> str | None:
    """Sophos carries the address in base64 in the parameter `u`."""
    payload = dict(_pairs(url)).get("u", "")
    try:
        text = base64.b64decode(payload + "==", validate=False).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return text if re.match(r"https?://", text, re.IGNORECASE) else None


def _pairs(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query)
    except ValueError:
        return []
