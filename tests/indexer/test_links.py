"""A newsletter that was sent is checked: every link that points here gets its verdict."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from indexer import build, links, shortlinks, vocabulary
from indexer.catalogue import Catalogue
from indexer.cli import main
from indexer.config import Config, load
from indexer.errors import ConfigError
from indexer.links import Verdict, page
from indexer.links.finding import occurrences
from indexer.links.wrappers import hides, unwrapped
from tests.indexer.misbehaving import send, serving

BASE = "https://evidence.example"
HERE = f"{BASE}/en/search?q=lamps&sector=urban-planning"
LAMPS = (
    "---\nid: lamps\ntitle: Lamps at night\nlang: en\nsectors: [urban-planning]\n---\nLamps work.\n"
)
MENTORS = "---\nid: mentors\naliases: [old-mentors]\nsectors: [youth]\n---\nMentors.\n"
GONE = "# Lamps: the old plan\n\nLamps and plans.\n"
SECTORS = """
- {key: urban-planning, label: {en: Planning, fr: Aménagement}}
- {key: youth, label: {en: Youth, fr: Jeunes}}
- retired: {design: urban-planning, broken-windows: null}
"""


SETTINGS = f"base_url: {BASE}\nformer_base_urls: [https://old.example/evidence]\nengine: memory\n"


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """A site that moved, lost a report, renamed one, and handed out links."""
    folder = tmp_path_factory.mktemp("site")
    corpus = folder / "corpus"
    corpus.mkdir()
    files = {
        "lamps.md": LAMPS,
        "mentors.md": MENTORS,
        "plan.md": GONE,
        "sectors.yaml": SECTORS,
        "config.yaml": SETTINGS,
    }
    for name, content in files.items():
        (corpus / name).write_text(content, encoding="utf-8")
    config = load({"corpus": corpus, "index": folder / "index"}, {})
    words = vocabulary.load(corpus)
    build.run(config, words, jobs=1)
    (corpus / "plan.md").unlink()
    build.run(config, words, jobs=1)
    day = dt.date(2026, 1, 2)
    for target, slug, results in (
        ("/en/search?q=lamps", "lamps", 3),
        ("/en/search?q=mentors", None, 1),
        ("/en/search?sector=youth", None, 9),
        ("/en/report/lamps", "night", None),
    ):
        shortlinks.make(corpus, words, target, today=day, slug=slug, results=results)
    with closing(Catalogue(config)) as opened:
        yield opened


def checked(catalogue: Catalogue, tmp_path: Path, url: str) -> Verdict:
    letter = tmp_path / "letter.html"
    letter.write_text(f'<p><a href="{url.replace("&", "&amp;")}">Read</a></p>', encoding="utf-8")
    (newsletter,) = links.check(catalogue, [str(letter)]).newsletters
    (verdict,) = newsletter.links
    return verdict


@pytest.mark.parametrize(
    ("url", "verdict", "reason", "repaired"),
    [
        (HERE, "ok", None, None),
        (f"{BASE}/en/search?q=mentors", "ok", None, None),
        (f"{BASE}/en/report/lamps#passage-1", "ok", None, None),
        (f"{BASE}/fr/about", "ok", None, None),
        (f"{BASE}/s/night", "ok", None, None),
        (f"{HERE}&utm_source=mail&mc_cid=1", "ok", None, None),
        ("http://www.evidence.example/en/report/lamps", "ok", None, None),
        (f"{BASE}/s/lamps", "fewer", "fewer", f"{BASE}/s/lamps"),
        (f"{BASE}/en/search?sector=youth", "fewer", "fewer", f"{BASE}/en/search?sector=youth"),
        (f"{BASE}/en/search?q=lamps&amp;sector=urban-planning", "moved", "mangled", HERE),
        (f"{BASE}/EN/Search?q=lamps&sector=urban-planning).", "moved", "mangled", HERE),
        (f"{BASE}/en/search?q=lamps&sector=design", "moved", "replaced-value", HERE),
        (f"{BASE}/en/search?sector=broken-windows&q=lamps", "moved", "retired-value",
         f"{BASE}/en/search?q=lamps"),
        (f"{BASE}/en/report/old-mentors", "moved", "renamed", f"{BASE}/en/report/mentors"),
        ("https://old.example/evidence/en/report/lamps", "moved", "former-address",
         f"{BASE}/en/report/lamps"),
        (f"{BASE}/en/search?q=zeppelins", "empty", "empty", f"{BASE}/en/search?q=zeppelins"),
        (f"{BASE}/en/search?sector=nonsense", "broken", "unknown-value", f"{BASE}/en/search"),
        (f"{BASE}/en/report/nothing", "broken", "no-report", None),
        (f"{BASE}/en/report/plan", "broken", "withdrawn", f"{BASE}/en/report/lamps"),
        (f"{BASE}/s/lamp", "broken", "no-short-link", None),
        (f"{BASE}/wp-content/x.pdf", "broken", "no-page", None),
    ],
)  # fmt: skip
def test_each_link_gets_its_verdict_and_its_repair(
    catalogue: Catalogue,
    tmp_path: Path,
    url: str,
    verdict: str,
    reason: str | None,
    repaired: str | None,
) -> None:
    found = checked(catalogue, tmp_path, url)
    assert (found.verdict, found.repaired) == (verdict, repaired)
    assert reason is None or reason in dict(found.reasons)
    assert found.text == "Read"


def test_the_number_of_results_then_and_now_is_told(catalogue: Catalogue, tmp_path: Path) -> None:
    found = checked(catalogue, tmp_path, f"{BASE}/s/lamps")
    assert (found.made, found.then, found.now) == ("2026-01-02", 3, 1)
    unknown = checked(catalogue, tmp_path, HERE)
    assert (unknown.made, unknown.then, unknown.now) == (None, None, 1)


def proofpoint_2(url: str) -> str:
    written = quote(url, safe="/:").replace("-", "%2D").replace("%", "-").replace("/", "_")
    return f"https://urldefense.proofpoint.com/v2/url?u={written}&d=DwMFaQ&c=euGZ&r=a&m=b&s=c&e="


def proofpoint_3(url: str) -> str:
    kept = base64.urlsafe_b64encode(b"?&").decode().rstrip("=")
    written = url.replace("?", "*").replace("&", "*")
    return f"https://urldefense.com/v3/__{written}__;{kept}!!Kjv0uj3L4nM6H-I!x3w~4$"


def mandrill(url: str) -> str:
    inner = json.dumps({"u": 1, "url": url, "id": "x"})
    payload = base64.urlsafe_b64encode(json.dumps({"s": "x", "v": 1, "p": inner}).encode())
    return (
        f"https://mandrillapp.com/track/click/1/evidence.example?p={payload.decode().rstrip('=')}"
    )


ENCODED = quote(HERE, safe="")
WRAPPED = {
    "Outlook Safe Links": "https://nam02.safelinks.protection.outlook.com/?url="
    f"{ENCODED}&data=05%7C01%7Cx%40y.ca%7C0&sdata=Ab%2Bc%3D&reserved=0",
    "Safe Links twice": "https://can01.safelinks.protection.outlook.com/?url="
    + quote(f"https://can01.safelinks.protection.outlook.com/?url={ENCODED}&data=1", safe="")
    + "&data=2",
    "Gmail": f"https://www.google.com/url?q={ENCODED}&sa=D&source=gmail&ust=1&usg=AOvVaw0",
    "Gmail, once more encoded": f"https://www.google.com/url?q={quote(ENCODED)}&sa=D",
    "Proofpoint 1": f"https://urldefense.proofpoint.com/v1/url?u={ENCODED}&k=abc",
    "Proofpoint 2": proofpoint_2(HERE),
    "Proofpoint 3": proofpoint_3(HERE),
    "Mandrill": mandrill(HERE),
    "Facebook": f"https://l.facebook.com/l.php?u={ENCODED}&h=AT0",
    "LinkedIn": f"https://www.linkedin.com/redir/redirect?url={ENCODED}&urlhash=x",
    "Barracuda": f"https://linkprotect.cudasvc.com/url?a={ENCODED}&c=E,1,abc&typo=1",
    "Cisco": f"https://secure-web.cisco.com/1abc-DEF/{ENCODED}",
    "Sophos": "https://eu.protection.sophos.com/?d=evidence.example&u="
    + base64.b64encode(HERE.encode()).decode().rstrip("="),
    "Trend Micro": f"https://ca-shared-9.url-protection.com/v1/url?o={ENCODED}&g=x",
    "a tracker with our link unescaped": f"https://track.example/c?id=1&to={BASE}/en/report/lamps",
}


@pytest.mark.parametrize("name", WRAPPED)
def test_a_wrapped_link_is_unwrapped(catalogue: Catalogue, tmp_path: Path, name: str) -> None:
    assert unwrapped(WRAPPED[name])[-1].startswith(BASE)
    assert checked(catalogue, tmp_path, WRAPPED[name]).verdict == "ok"


def test_a_run_of_changed_characters_is_restored() -> None:
    kept = base64.urlsafe_b64encode("éàè".encode()).decode().rstrip("=")
    url = f"https://urldefense.com/v3/__https:/evidence.example/fr/search?q=**B__;{kept}!!x!y$"
    assert unwrapped(url)[-1] == "https://evidence.example/fr/search?q=éàè"


@pytest.mark.parametrize(
    "url",
    [
        "https://urldefense.com/v3/__https://x.example/__;!!",
        "https://urldefense.com/v3/__*****__;%%%!!",
        "https://mandrillapp.com/track/click/1/x?p=@@@",
        "https://x.example/?u=////",
        "https://[::1",
        "https://x.example/?url=" + "https://x.example/?url=" * 500,
        "http://" + "%25" * 5000,
    ],
)
def test_a_wrapper_that_makes_no_sense_is_no_error(url: str) -> None:
    assert unwrapped(url)[0] == url[:20_000]


@pytest.mark.parametrize(
    "url",
    [
        "https://city.us1.list-manage.com/track/click?u=1&id=2&e=3",
        "https://r20.rs6.net/tn.jsp?f=001abc",
        "https://app.cyberimpact.com/click-tracking?ct=x",
    ],
)
def test_a_tracker_that_hides_its_target_is_counted(
    catalogue: Catalogue, tmp_path: Path, url: str
) -> None:
    assert hides(url)
    letter = tmp_path / "letter.txt"
    letter.write_text(f"{url} and {HERE} and https://other.example/")
    (newsletter,) = links.check(catalogue, [str(letter)]).newsletters
    assert (len(newsletter.links), newsletter.hidden) == (1, 1)


def mail(html: str, text: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Infolettre"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", charset="iso-8859-1", cte="quoted-printable")
    return message.as_bytes()


def urls(content: bytes, name: str) -> list[str]:
    return [found.url for found in occurrences(content, name)]


def test_links_are_found_in_every_part_of_a_saved_mail() -> None:
    html = f'<p>Été : <a href="{HERE.replace("&", "&amp;")}&amp;x={"y" * 90}">lire</a></p>'
    found = urls(mail(html, f"Lire : {BASE}/fr/search?q=%C3%A9t%C3%A9\n"), "letter.eml")
    assert found == [f"{BASE}/fr/search?q=%C3%A9t%C3%A9", f"{HERE}&x={'y' * 90}"]


def test_links_are_found_in_html_markdown_and_text() -> None:
    html = f"<a href=' {HERE} '><b>Lamps</b> at night</a> {BASE}/en/about. <a name=x>none</a>"
    found = occurrences(html.encode(), "letter.html")
    assert [one.url for one in found] == [HERE, f"{BASE}/en/about"]
    assert found[0].text == "Lamps at night"
    markdown = (
        f"[Lamps]({HERE}) and <{BASE}/en/se\narch?q=x>, **{BASE}/en/about**\n\n[1]: {BASE}/s/x"
    )
    assert urls(markdown.encode(), "letter.md") == [
        HERE, f"{BASE}/en/search?q=x", f"{BASE}/en/about", f"{BASE}/s/x",
    ]  # fmt: skip
    text = f"(see {HERE}). « {BASE}/fr/about », {BASE}/en/search?q=(a)."
    assert urls(text.encode("cp1252"), "letter.txt") == [
        HERE, f"{BASE}/fr/about", f"{BASE}/en/search?q=(a)",
    ]  # fmt: skip


def test_an_ampersand_in_an_address_begins_no_character() -> None:
    linked, written = f"{BASE}/en/search?q=x&lang=en&copy=1", f"{BASE}/en/search?q=y&sect=1&copy"
    html = f'<a href="{linked}">x</a> or {written}'
    assert urls(html.encode(), "letter.html") == [linked, written]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"Content-Type: text/html; charset=nonsense\n\n<a href=https://x.example/\xff>",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n--b",
        b"<a href='https://[bad'>x</a>" * 3,
        *(b * 30_000 for b in (b"<a ", b"<a href='", b"<![", b"<!--x>", b"</a ", b"<div>", b"a\0")),
    ],
    ids=lambda content: repr(content[:20]),
)
@pytest.mark.parametrize("name", ["a.eml", "a.html", "a.txt"])
def test_no_newsletter_is_an_error(catalogue: Catalogue, content: bytes, name: str) -> None:
    path = catalogue.config.corpus.parent / name
    path.write_bytes(content)
    assert links.check(catalogue, [str(path)]).failures == ()


def test_a_newsletter_on_the_web_is_fetched_under_the_rules_of_a_harvest(
    catalogue: Catalogue,
) -> None:
    with serving() as site:
        site.pages["/letter"] = send(f"<html><a href={HERE}>x</a>".encode(), "text/html")
        address = site.url("/letter")
        refused = links.check(catalogue, [address])
        assert "private network" in refused.failures[0].message
        (newsletter,) = links.check(catalogue, [address], allow_private=True).newsletters
    assert [found.verdict for found in newsletter.links] == ["ok"]


def test_without_an_address_of_its_own_a_site_cannot_know_its_links(config: Config) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        links.check(Catalogue(config), ["letter.html"])


def run(catalogue: Catalogue, *words: str) -> tuple[int, str]:
    config = catalogue.config
    options = ["--corpus", str(config.corpus), "--index", str(config.index)]
    result = CliRunner().invoke(main, ["check-links", *words, *options])
    return result.exit_code, result.stdout


def test_the_command_checks_what_the_corpus_keeps_and_ends_with_3_when_a_link_is_broken(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    folder = catalogue.config.corpus / links.NEWSLETTERS
    folder.mkdir()
    (folder / "2026-01.html").write_text(f'<a href="{HERE}">Lamps</a>')
    assert run(catalogue) == (0, f"{links.past(catalogue)[0]}: 1 ok.\n")
    (folder / "2026-02.md").write_text(f"[Plan]({BASE}/en/report/plan) <b>")
    status, told = run(catalogue)
    assert status == 3
    assert "broken  https://evidence.example/en/report/plan" in told
    assert "-> https://evidence.example/en/report/lamps" in told
    status, document = run(catalogue, "--json")
    assert (status, json.loads(document)["ok"]) == (3, False)
    assert run(catalogue, str(tmp_path / "none.html"))[0] == 3


@pytest.mark.parametrize(("lang", "words"), [("en", "was withdrawn"), ("fr", "a été retiré")])
def test_the_report_is_a_page_that_stands_alone_in_either_language(
    catalogue: Catalogue, tmp_path: Path, lang: str, words: str
) -> None:
    letter = tmp_path / "letter.html"
    hostile = "<script>alert(1)</script>"
    letter.write_text(f'<a href="{BASE}/en/report/plan">{hostile} &lt;script&gt;</a>')
    status, _ = run(catalogue, str(letter), "--report", str(tmp_path / "r.html"), "--in", lang)
    written = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert status == 3
    assert f'<html lang="{lang}-CA">' in written
    assert words in written
    assert "<script" not in written


def test_every_reason_has_words_in_both_languages() -> None:
    english, french = (set(page._WORDS[lang]) for lang in ("en", "fr"))
    assert english == french
