"""The words of the build report's page, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "title": "What the build did",
        "good": "Every file was taken as it stands.",
        "problems": "{count} inputs had problems; everything else is in the index.",
        "problem": "One input had a problem; everything else is in the index.",
        "size": "The index holds {reports} reports and {passages} passages. "
        "The build took {seconds} seconds.",
        "added": "added",
        "changed": "changed",
        "removed": "removed",
        "unchanged": "unchanged",
        "failures": "What failed, and what to do",
        "file": "File",
        "do": "What to do",
        "why": "What happened",
        "coverage": "How much of the pages was read",
        "covered": "{read} of {pages} pages were read without a remark.",
        "read": "read",
        "remarks": "Files to look at",
        "pages": "Pages",
        "found": "What was found",
        "sectors": "Sectors of what was added or changed",
        "suggested": "suggested from the text",
        "declared": "declared",
        "reports": "What was added or changed",
        "report": "Report",
        "language": "Language",
        "new": "What",
        "one-added": "added",
        "one-changed": "changed",
        "more": "and {count} more.",
    },
    "fr": {
        "title": "Ce que la construction a fait",
        "good": "Chaque fichier a été pris tel quel.",
        "problems": "{count} entrées ont posé problème\u202f; tout le reste est dans l’index.",
        "problem": "Une entrée a posé problème\u202f; tout le reste est dans l’index.",
        "size": "L’index contient {reports} rapports et {passages} passages. "
        "La construction a pris {seconds} secondes.",
        "added": "ajoutés",
        "changed": "modifiés",
        "removed": "retirés",
        "unchanged": "inchangés",
        "failures": "Ce qui a échoué, et que faire",
        "file": "Fichier",
        "do": "Que faire",
        "why": "Ce qui s’est passé",
        "coverage": "Quelle part des pages a été lue",
        "covered": "{read} pages sur {pages} ont été lues sans remarque.",
        "read": "lues",
        "remarks": "Fichiers à vérifier",
        "pages": "Pages",
        "found": "Ce qui a été trouvé",
        "sectors": "Secteurs de ce qui a été ajouté ou modifié",
        "suggested": "proposés d’après le texte",
        "declared": "déclarés",
        "reports": "Ce qui a été ajouté ou modifié",
        "report": "Rapport",
        "language": "Langue",
        "new": "Quoi",
        "one-added": "ajouté",
        "one-changed": "modifié",
        "more": "et {count} de plus.",
    },
}

# What a kind of finding is called in a list; the message in English says more.
FINDINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "page-without-text": "without text, perhaps a scan",
        "no-text-by-ocr": "without text, also for OCR",
        "read-by-ocr": "read by OCR; check figures and names",
        "garbled": "garbled text",
        "table-lost": "a table lost",
        "language-switch": "in another language",
        "pages-cut": "cut: only the first pages were read",
        "passages-cut": "cut: only the first passages were kept",
        "BadEncoding": "not valid UTF-8",
        "UnsupportedFormat": "in no format that is read; convert it to PDF, DOCX, ODT, HTML or "
        "text",
    },
    "fr": {
        "page-without-text": "sans texte, peut-être numérisées",
        "no-text-by-ocr": "sans texte, même pour la ROC",
        "read-by-ocr": "lues par ROC\u202f; vérifiez les chiffres et les noms",
        "garbled": "texte illisible",
        "table-lost": "un tableau perdu",
        "language-switch": "dans une autre langue",
        "pages-cut": "coupé\u202f: seules les premières pages ont été lues",
        "passages-cut": "coupé\u202f: seuls les premiers passages ont été gardés",
        "BadEncoding": "UTF-8 non valide",
        "UnsupportedFormat": "dans un format qui n’est pas lu\u202f; convertissez-le en PDF, DOCX, "
        "ODT, HTML ou texte",
    },
}

# What to do about an error, by the name of its class; the message says it for the file at hand.
REMEDIES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "NoText": "Copy it again from its source; if it is a scan, recognise its text (OCR).",
        "Encrypted": "Save a copy without a password.",
        "TimedOut": "Split it, or allow more time with --read-seconds.",
        "TooLarge": "Split it, or save a copy without its images.",
        "UnsupportedFormat": "Save it as PDF, DOCX, ODT, HTML or text, with the fitting suffix.",
        "BadEncoding": "Save it again as UTF-8.",
        "ReadError": "Open it, save it again or convert it, and build again.",
        "MetadataError": "Correct the value in the sidecar or the front matter, and build again.",
        "DuplicateId": "Give one of the two files another `id`.",
    },
    "fr": {
        "NoText": "Copiez-le de nouveau depuis sa source\u202f; si c’est une numérisation, "
        "faites-en reconnaître le texte (ROC).",
        "Encrypted": "Enregistrez-en une copie sans mot de passe.",
        "TimedOut": "Divisez-le, ou accordez plus de temps avec --read-seconds.",
        "TooLarge": "Divisez-le, ou enregistrez-en une copie sans ses images.",
        "UnsupportedFormat": "Enregistrez-le en PDF, DOCX, ODT, HTML ou texte, "
        "avec le suffixe qui convient.",
        "BadEncoding": "Enregistrez-le de nouveau en UTF-8.",
        "ReadError": "Ouvrez-le, enregistrez-le de nouveau ou convertissez-le, puis reconstruisez.",
        "MetadataError": "Corrigez la valeur dans le fichier annexe ou l’en-tête, "
        "puis reconstruisez.",
        "DuplicateId": "Donnez un autre `id` à l’un des deux fichiers.",
    },
}
