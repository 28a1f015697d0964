"""Some 500 broken and strange files, as researchers meet them and as attackers make them.

Each is a name below the corpus and what the file holds. They are the same every time.
"""

from __future__ import annotations

import io
import os
import random
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parents[1] / "data" / "readers"
FORMATS: Final = ("md", "html", "txt", "pdf", "docx", "odt")
TRUNCATIONS: Final = 15
FLIPS: Final = 15
SHUFFLES: Final = 8

File = tuple[str, bytes]

_TEXT: Final = "Street lighting reduces theft at night. L’éclairage réduit les vols. " * 8
_WORD: Final = "word/document.xml"
_W: Final = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_EMPTY: Final = b"<w:document %s/>" % _W
_LAUGHS: Final = (
    b'<!DOCTYPE l [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]>"
)


def files() -> Iterator[File]:
    """All of them."""
    for kind, made in _KINDS.items():
        for name, content in made():
            yield f"{kind}/{name}", content


def _good() -> dict[str, bytes]:
    return {form: (DATA / f"report.{form}").read_bytes() for form in FORMATS}


def _truncated() -> Iterator[tuple[str, bytes]]:
    chance = random.Random(1)
    for form, content in _good().items():
        for number in range(TRUNCATIONS):
            yield f"{number}.{form}", content[: chance.randrange(len(content))]


def _flipped() -> Iterator[tuple[str, bytes]]:
    chance = random.Random(2)
    for form, content in _good().items():
        for number in range(FLIPS):
            copy = bytearray(content)
            for _ in range(4 ** chance.randrange(6)):
                copy[chance.randrange(len(copy))] ^= 1 << chance.randrange(8)
            yield f"{number}.{form}", bytes(copy)


def _shuffled() -> Iterator[tuple[str, bytes]]:
    """Blocks in another order, doubled, or zeroed, as a bad disk or a bad download leaves them."""
    chance = random.Random(3)
    for form, content in _good().items():
        for number in range(SHUFFLES):
            size = max(1, len(content) // 16)
            blocks = [content[at : at + size] for at in range(0, len(content), size)]
            if number % 2:
                chance.shuffle(blocks)
            else:
                blocks[chance.randrange(len(blocks))] = bytes(size)
            yield f"{number}.{form}", b"".join(blocks)


def _misnamed() -> Iterator[tuple[str, bytes]]:
    good = _good()
    for form, content in good.items():
        for suffix in (*FORMATS, "htm", "PDF", "doc", "xyz"):
            if suffix != form:
                yield f"{form}.{suffix}", content


def _empty() -> Iterator[tuple[str, bytes]]:
    nothing = (b"", b" \n\t\r\n", b"\xef\xbb\xbf", b"\0" * 4096, b"\xff\xfe", b"\n" * 100_000)
    for number, content in enumerate(nothing):
        for form in FORMATS:
            yield f"{number}.{form}", content


def _noise() -> Iterator[tuple[str, bytes]]:
    chance = random.Random(4)
    starts = {"pdf": b"%PDF-1.7\n", "docx": b"PK\x03\x04", "odt": b"PK\x03\x04"}
    for form in FORMATS:
        for number in range(5):
            yield f"{number}.{form}", starts.get(form, b"") + chance.randbytes(2000 * number + 10)


def _encodings() -> Iterator[tuple[str, bytes]]:
    names = ("utf-16", "utf-16-be", "utf-32", "latin-1", "cp500", "utf-7", "mac-roman", "cp437")
    for name in names:
        for form in ("txt", "md", "html"):
            yield f"{name}.{form}", _TEXT.encode(name, errors="replace")
    mixed = _TEXT.encode() + _TEXT.encode("latin-1", errors="replace") + b"\xc3\x28\xed\xa0\x80"
    for form in ("txt", "md", "html"):
        yield f"mixed.{form}", mixed


def zipped(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return packed.getvalue()


def _document(body: bytes) -> bytes:
    return b"<w:document %s><w:body>%s</w:body></w:document>" % (_W, body)


def _archives() -> Iterator[tuple[str, bytes]]:
    good = _good()
    nested = zipped([("a.txt", b"x")])
    for _ in range(20):
        nested = zipped([("inner.zip", nested)])
    swollen = b"<w:p/>" * 1_000_000
    for form in ("docx", "odt"):
        yield f"nested.{form}", nested
        yield f"bomb.{form}", zipped([(_WORD, _document(swollen)), ("content.xml", swollen)])
        yield f"many.{form}", zipped((f"{n}.xml", b"") for n in range(11_000))
        yield f"climbs.{form}", zipped([("../../etc/passwd", b"x"), ("/tmp/x", b"x")])
        yield f"bare.{form}", zipped([])
        yield f"twice.{form}", good[form] + good[form]
        yield f"after.{form}", b"MZ" + bytes(100) + good[form]
        yield f"crc.{form}", good[form].replace(b"<", b">", 1)
        yield f"locked.{form}", _locked(good[form])
        yield f"compound.{form}", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")


def _locked(content: bytes) -> bytes:
    """The archive with its first entry marked as encrypted."""
    place = content.index(b"PK\x01\x02") + 8
    return content[:place] + b"\x01" + content[place + 1 :]


def _with_part(form: str, part: str, content: bytes) -> bytes:
    """A good document of which one part is another."""
    with zipfile.ZipFile(io.BytesIO(_good()[form])) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    return zipped((name, content if name == part else held) for name, held in parts)


def _xml() -> Iterator[tuple[str, bytes]]:
    deep = b"<w:p>" * 50_000 + b"</w:p>" * 50_000
    for form, part in (("docx", _WORD), ("odt", "content.xml")):
        contents = {
            "laughs": _LAUGHS + _document(b"<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>"),
            "outside": b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + _EMPTY,
            "deep": _document(deep),
            "unclosed": _document(b"")[:-20],
            "wide": b"<a %s/>" % b" ".join(b'n%d="%s"' % (n, b"v" * 100) for n in range(20_000)),
            "controls": _document(b"<w:p><w:r><w:t>\x01\x02</w:t></w:r></w:p>"),
            "utf-16": _document(b"").decode().encode("utf-16"),
            "nothing": b"",
            "other": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        }
        for name, content in contents.items():
            yield f"{name}.{form}", _with_part(form, part, content)


def pdf(*objects: bytes, root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1, with a correct table of where they stand."""
    written = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return written + head + table + trailer % (len(objects) + 1, root, len(written))


def _stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(content), entries, content)


_CATALOG: Final = b"<</Type/Catalog/Pages 2 0 R%s>>"
_PAGES: Final = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_PAGE: Final = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %s %s]/Contents 4 0 R"
    b"/Resources<</Font<</F 5 0 R>>%s>>>>"
)
_SAYS: Final = b"BT /F 12 Tf 72 700 Td (Street lighting reduces theft.) Tj ET"
_DRAWN: Final = b"/XObject<</X 6 0 R>>"
_FONT: Final = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def _one_page(
    says: bytes = _stream(_SAYS),
    *more: bytes,
    catalog: bytes = b"",
    size: tuple[bytes, bytes] = (b"612", b"792"),
    resources: bytes = b"",
) -> bytes:
    page = _PAGE % (*size, resources)
    return pdf(_CATALOG % catalog, _PAGES, page, says, _FONT, *more)


def _pdfs() -> Iterator[tuple[str, bytes]]:
    yield "plain.pdf", _one_page()
    for number, size in enumerate((b"1e9", b"-5", b"0", b"99999999999999999999", b"(a)", b"null")):
        yield f"size-{number}.pdf", _one_page(size=(size, size))
    cyclic = b"<</Title(A)/Parent 6 0 R/Next 7 0 R/First 6 0 R/Dest[3 0 R/Fit]>>"
    outlines = b"<</Type/Outlines/First 7 0 R/Last 7 0 R/Count 1>>"
    linked = b"/Outlines 6 0 R"
    yield "outline-cycle.pdf", _one_page(_stream(_SAYS), outlines, cyclic, catalog=linked)
    own = b"<</Type/Outlines/First 6 0 R/Last 6 0 R>>"
    yield "outline-of-itself.pdf", _one_page(_stream(_SAYS), own, catalog=linked)
    long = [b"<</Title(T%d)/Parent 6 0 R/Next %d 0 R>>" % (n, n + 8) for n in range(3000)]
    yield "outline-long.pdf", _one_page(_stream(_SAYS), outlines, *long, catalog=linked)
    deep = [b"<</Title(T%d)/First %d 0 R>>" % (n, n + 8) for n in range(3000)]
    yield "outline-deep.pdf", _one_page(_stream(_SAYS), outlines, *deep, catalog=linked)
    yield "pages-of-itself.pdf", pdf(_CATALOG % b"", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")
    yield "pages-many.pdf", pdf(_CATALOG % b"", b"<</Type/Pages/Kids[]/Count 2000000000>>")
    yield "pages-less-than-none.pdf", pdf(_CATALOG % b"", b"<</Type/Pages/Kids[]/Count -1>>")
    yield "pages-absent.pdf", pdf(_CATALOG % b"")
    yield "root-elsewhere.pdf", pdf(_CATALOG % b"", root=99)
    yield "brackets.pdf", _one_page(_stream(b"[" * 200_000))
    yield "states.pdf", _one_page(_stream(b"q " * 200_000 + _SAYS))
    bomb = zlib.compress(bytes(60_000_000), 9)
    yield "bomb.pdf", _one_page(_stream(bomb, b"/Filter/FlateDecode"))
    twice = zlib.compress(zlib.compress(b" " * 60_000_000, 9), 9)
    yield "bomb-twice.pdf", _one_page(_stream(twice, b"/Filter[/FlateDecode/FlateDecode]"))
    own = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<<%s>>" % _DRAWN
    draws = _stream(b"/X Do")
    yield "form-of-itself.pdf", _one_page(draws, _stream(b"/X Do", own), resources=_DRAWN)
    huge = b"/Type/XObject/Subtype/Image/Width 99999/Height 99999/BitsPerComponent 8"
    huge += b"/ColorSpace/DeviceRGB"
    yield "picture-huge.pdf", _one_page(draws, _stream(b"", huge), resources=_DRAWN)
    yield "length-of-itself.pdf", _one_page(b"<</Length 4 0 R>>\nstream\n" + _SAYS + b"\nendstream")
    yield "length-wrong.pdf", _one_page(b"<</Length 999999999>>\nstream\n" + _SAYS + b"\nendstream")
    yield "filter-unknown.pdf", _one_page(_stream(_SAYS, b"/Filter/Nonsense"))
    yield "far-away.pdf", _one_page(_stream(_SAYS.replace(b"72 700", b"1e30 -1e30")))
    yield "size-of-letters.pdf", _one_page(_stream(_SAYS.replace(b"12 Tf", b"-1e20 Tf")))
    yield "table-loop.pdf", _one_page().replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev 9")
    yield "no-table.pdf", _one_page().partition(b"xref")[0]
    yield "locked.pdf", _one_page().replace(b"/Root", b"/Encrypt<</Filter/Standard/V 4/R 4>>/Root")
    yield "script.pdf", _one_page(catalog=b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>")
    yield "launch.pdf", _one_page(catalog=b"/OpenAction<</S/Launch/F(/bin/sh)>>")


def _html() -> Iterator[tuple[str, bytes]]:
    said = _TEXT.encode()
    contents = {
        "deep": b"<div>" * 20_000 + said,
        "deep-lists": b"<ul><li>" * 5_000 + said,
        "deep-tables": b"<table><tr><td>" * 1_000 + said,
        "deep-bold": b"<b>" * 20_000 + said,
        "attribute": b"<p title='" + b"x" * 2_000_000 + b"'>" + said,
        "attributes": b"<p " + b" ".join(b"a%d=1" % n for n in range(50_000)) + b">" + said,
        "entities": b"&amp;&#0;&#xffffffff;&#55296;&nosuch;" * 5_000,
        "script": b"<script>while(true){}</script><style>" + said,
        "comment": b"<!-- " + said,
        "nulls": said.replace(b" ", b"\0"),
        "spans": b"<table><tr><td colspan=99999999 rowspan=99999999>" + said,
        "login": b"<form><input type=password name=p></form>",
        "meta": b"<meta charset=nonsense><meta name=dc.title content='\xff\xfe'>" + said,
        "frames": b"<frameset><frame src=file:///etc/passwd></frameset>",
        "xml": _LAUGHS + b"<p>&a9;</p>" + said,
        "cdata": b"<![CDATA[" * 5_000 + said,
    }
    for name, content in contents.items():
        yield f"{name}.html", content


def _markdown() -> Iterator[tuple[str, bytes]]:
    said = _TEXT.encode()
    aliases = b"".join(b"a%d: &a%d [%s]\n" % (n, n, b"*a%d," % (n - 1) * 9) for n in range(1, 9))
    contents = {
        "quotes": b">" * 5_000 + said,
        "lists": b"".join(b"  " * n + b"- x\n" for n in range(300)) + said,
        "brackets": b"[" * 20_000 + said,
        "stars": b"*a **b " * 5_000,
        "backticks": b"`" * 50_000 + said,
        "headings": b"#" * 5_000 + b" A\n\n" + said,
        "line": b"x" * 3_000_000,
        "aliases": b"---\na0: &a0 [x]\n" + aliases + b"---\n\n" + said,
        "front-open": b"---\ntitle: A\n" + said,
        "front-deep": b"---\ntitle: " + b"[" * 5_000 + b"\n---\n\n" + said,
        "front-binary": b"---\n\xff\xfe\0\n---\n\n" + said,
        "front-list": b"---\n- 1\n- 2\n---\n\n" + said,
        "front-types": b"---\ntitle: {a: 1}\nyear: 99999999999\nsectors: 5\nid: ../x\n---\n\n"
        + said,
        "python": b"---\ntitle: !!python/object/apply:os.system [id]\n---\n\n" + said,
        "table": b"|" * 5_000 + b"\n" + b"|-" * 5_000 + b"\n" + said,
        "references": b"".join(b"[%d]: #%d\n" % (n, n) for n in range(5_000)) + said,
    }
    for name, content in contents.items():
        yield f"{name}.md", content


def _sidecars() -> Iterator[tuple[str, bytes]]:
    contents = {
        "nothing": b"",
        "broken": b"title: [",
        "binary": b"\xff\xfe\0",
        "list": b"- a\n",
        "bomb": b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
        "deep": b"title: " + b"{a: " * 1_000,
        "twice": b"title: A\ntitle: B\n",
        "odd": b"titel: A\nyear: -1\nlang: tlh\nrating: great\ndate: 2026-99-99\n",
        "large": b"summary: " + b"x" * 1_100_000,
    }
    for name, content in contents.items():
        yield f"{name}.txt", f"{name}. {_TEXT}".encode()
        yield f"{name}.txt.yaml", content
    yield "orphan.pdf.yaml", b"title: A\n"


def _names() -> Iterator[tuple[str, bytes]]:
    accented = ("é", "\u0301", "Ｆｕｌｌ", "ﬁ")
    odd = (
        *(
            "a b",
            " lead",
            "trail ",
            "new\nline",
            "tab\t",
            "quote'\"",
            "semi;colon",
            "star*?",
            "$(id)",
        ),
        *("CON", "a:b", "back\\slash", "percent%2f", "-rf", "~", "#hash", "&amp;", "<b>", "{0}"),
        *("\u202egpj", "\u200b", "\U0001f6a8", "a" * 240, "100%", "ü" * 100, "..", "a.b.c", "?"),
        *accented,
        *(unicodedata.normalize("NFD", name) for name in ("été", "Montréal")),
        *(unicodedata.normalize("NFC", name) for name in ("été", "Montréal")),
    )
    for name in odd:
        yield f"x{name}.txt", f"{name!a} {_TEXT}".encode()
    for bad in (b"caf\xe9", b"\xff\xfe", b"\xed\xa0\x80"):
        yield os.fsdecode(b"y" + bad + b".txt"), _TEXT.encode()


_KINDS: Final = {
    "truncated": _truncated,
    "flipped": _flipped,
    "shuffled": _shuffled,
    "misnamed": _misnamed,
    "empty": _empty,
    "noise": _noise,
    "encodings": _encodings,
    "archives": _archives,
    "xml": _xml,
    "pdfs": _pdfs,
    "html": _html,
    "markdown": _markdown,
    "sidecars": _sidecars,
    "names": _names,
}
