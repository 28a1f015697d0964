"""What is this new document, and what would be added for it? Nothing is written here."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from indexer import classify, findings, identity, metadata, passages
from indexer.adding import sidecar
from indexer.adding.clues import clues
from indexer.adding.kinship import TRANSLATED, Document, Kin, kin
from indexer.adding.suggestion import GUESS, LIKELY, SURE, Suggestion
from indexer.catalogue import Catalogue
from indexer.config import Config
from indexer.corpus import SIDECAR_SUFFIX
from indexer.errors import AddError, IndexMissing, MetadataError, ReadError
from indexer.identity import numbered
from indexer.models import Label, Passage
from indexer.readers import ocr, sandbox
from indexer.text import slug

LONGEST_ID: Final = 60
# How far a value is to be trusted that nobody wrote down for this purpose.
_PROPERTIES: Final = {"title": LIKELY, "lang": LIKELY}
_GUESSES: Final = {
    "title": ("the first heading, or the file’s name", GUESS),
    "lang": ("the words of its text", LIKELY),
    "year": ("the file’s name", GUESS),
    "summary": ("its first sentences", GUESS),
}
_TERMS: Final = 4


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that was read but not added: `values` go into its sidecar, by key.

    `folder` is where it is to stand, below the corpus; `remarks` is what a person should know of
    how it was read, `problems` what was wrong with values that were given or written in it.
    """

    file: Path
    content: str
    folder: str
    values: Mapping[str, Suggestion]
    kin: tuple[Kin, ...]
    remarks: tuple[str, ...] = ()
    problems: tuple[MetadataError, ...] = ()

    @property
    def name(self) -> str:
        """Its path below the corpus: the file is called by its id, whatever it was called."""
        return f"{self.folder}/{self.values['id'].value}{self.file.suffix.lower()}".lstrip("/")


class Drafts:
    """One call of `add`: no two of its documents get the same id, nor that of another report."""

    def __init__(self, config: Config, catalogue: Catalogue, today: dt.date) -> None:
        self.config = config
        self.today = today
        self.vocabulary = catalogue.vocabulary
        self._identities = identity.load(config.corpus, config.index)
        self._taken = set(self._identities.names)
        self._contents: dict[str, Path] = {}
        try:
            self._publishers = {each.publisher for each in catalogue.reports() if each.publisher}
            self._catalogue: Catalogue | None = catalogue
        except IndexMissing:
            # The first document of a corpus is like no other.
            self._publishers, self._catalogue = set(), None

    def draft(self, file: Path, given: Mapping[str, object], into: str) -> Draft:
        """What would be added for a file; `given` values are those that a person said already.

        ReadError when it cannot be read, AddError when it is here already or `into` is no place
        for it, MetadataError when its own sidecar cannot be read.
        """
        folder = self._folder(into)
        self._refuse_own(file)
        extract = sandbox.read(file.absolute(), sandbox.limits(self.config), ocr.of(self.config))
        content = _digest(file)
        beside = metadata.read_sidecar(file.with_name(file.name + SIDECAR_SUFFIX))
        known = metadata.resolve(file.name, extract, {**beside, **given}, self.vocabulary)
        lang, title = str(known.values["lang"]), str(known.values["title"])
        cut = passages.cut(extract, "", lang)[: passages.MOST]
        document = Document(content, identity.sketch(p.text for p in cut), title, lang, cut)
        near = kin(document, self._identities, self._catalogue)
        self._refuse_copy(file, content, near)
        values = _found(known, given, clues(extract, title, self._publishers))
        values |= self._proposed(values, cut, near, file)
        remarks = tuple(findings.lines(extract.warnings))
        self._contents[content] = file
        return Draft(file, content, folder, values, near, remarks, known.problems)

    def revise(self, draft: Draft, after: Mapping[str, object]) -> Draft:
        """The draft with what a person made of its values; MetadataError when one is wrong."""
        values, problems = sidecar.checked(after, draft.file.name, self.vocabulary)
        if problems:
            raise problems[0]
        values.setdefault("id", draft.values["id"].value)
        own, name = draft.values["id"].value, str(values["id"])
        if name != own:
            self._take(name)
        return replace(draft, values=sidecar.revised(draft.values, values))

    def _folder(self, into: str) -> str:
        """The folder of new documents, below the corpus; AddError when none is read there."""
        corpus = self.config.corpus.resolve()
        place = (corpus / into).resolve()
        if not place.is_relative_to(corpus):
            raise AddError(f"{into} is not in {corpus}. Name a folder of the corpus with --into.")
        parts = place.relative_to(corpus).parts
        if any(part.startswith((".", "_")) for part in parts):
            raise AddError(f"{into}: names that begin with . or _ are not read. Choose another.")
        return "/".join(parts)

    def _refuse_own(self, file: Path) -> None:
        if file.is_dir():
            raise AddError(f"{file} is a folder. Name its files.")
        if file.resolve().is_relative_to(self.config.corpus.resolve()):
            raise AddError(f"{file} is in the corpus already. Run `indexer build`.")

    def _refuse_copy(self, file: Path, content: str, near: tuple[Kin, ...]) -> None:
        for other in near:
            if other.relation == "file" and not other.gone:
                told = f"is the same file as the report “{other.id}”, which is there already."
                raise AddError(f"{file.name} {told}")
        if content in self._contents:
            raise AddError(f"{file.name} is the same file as {self._contents[content].name}.")

    def _proposed(
        self,
        values: Mapping[str, Suggestion],
        cut: tuple[Passage, ...],
        near: tuple[Kin, ...],
        file: Path,
    ) -> dict[str, Suggestion]:
        """The id, sectors, date and original of a document that does not say them itself."""
        title, lang = values["title"], str(values["lang"].value)
        summary = str(values["summary"].value) if "summary" in values else None
        labels = classify.suggest(str(title.value), cut, lang, self.vocabulary, summary)
        proposed = {
            "id": self._id(title, near, file),
            "added": Suggestion(self.today.isoformat(), "today", SURE),
        }
        if labels:
            sectors: list[object] = [label.sector for label in labels]
            proposed["sectors"] = Suggestion(sectors, _because(labels), LIKELY)
        original = next((one for one in near if one.relation == "translation"), None)
        if original and original.share >= TRANSLATED:
            told = f"{original.share:.0%} of its names and numbers are those of that report"
            proposed["translation_of"] = Suggestion(original.id, told, LIKELY)
        kept = {key: value for key, value in proposed.items() if key not in values}
        self._take(str({**values, **kept}["id"].value))
        return kept

    def _take(self, name: str) -> None:
        """Keeps an id for a document, unless a report that is there has it."""
        if name in self._taken and not self._identities.withdrawn(name):
            raise MetadataError(f"The id “{name}” is another report’s. Give it another `id`.")
        self._taken.add(name)

    def _id(self, title: Suggestion, near: tuple[Kin, ...], file: Path) -> Suggestion:
        """The id of the report that it was before it left, or a new one from its title."""
        before = next((one.id for one in near if one.gone and one.relation != "edition"), None)
        if before:
            return Suggestion(before, "its id before it left the corpus", LIKELY)
        name = _short(slug(str(title.value))) if title.confidence != GUESS else ""
        source = "its title" if name else "the file’s name"
        name = name or _short(slug(file.stem))
        # A name without a word is told apart by what the file holds.
        name = name or f"report-{hashlib.sha256(file.name.encode()).hexdigest()[:8]}"
        return Suggestion(numbered(name, self._taken), source, LIKELY)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_ID else name[:LONGEST_ID].rpartition("-")[0]


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise ReadError(file, f"cannot be read ({error.strerror}); check its rights") from error


def _found(
    known: metadata.Metadata, given: Mapping[str, object], clued: Mapping[str, Suggestion]
) -> dict[str, Suggestion]:
    """What is known of a document, and what its first pages suggest where that is better."""
    plain = msgspec.to_builtins(known.values)
    found = {
        key: _suggestion(key, value, known.provenance[key], key in given)
        for key, value in plain.items()
        if (key, known.provenance[key]) != ("id", "guess")
    }
    better = {key: clue for key, clue in clued.items() if clue.beats(found.get(key))}
    return found | better


def _suggestion(key: str, value: object, source: str, given: bool) -> Suggestion:
    if given and source == "sidecar":
        return Suggestion(value, "given on the command line", SURE)
    if source == "file properties":
        return Suggestion(value, "the file’s properties", _PROPERTIES.get(key, GUESS))
    if source == "guess":
        return Suggestion(value, *_GUESSES[key])
    return Suggestion(value, f"its {source}" if source != "document" else "the document", SURE)


def _because(labels: tuple[Label, ...]) -> str:
    """Why each sector is suggested."""
    return "; ".join(
        f"{label.sector}: "
        + ", ".join(f"“{why.term}” {why.place} {why.count}x" for why in label.reasons[:_TERMS])
        for label in labels
    )
