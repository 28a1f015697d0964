"""`python -m webapp.translations`: new texts into the .po file, and what stands there compiled."""

from __future__ import annotations

import sys

from webapp import translations


def main() -> int:
    """Writes both files; 1 when texts are left to translate, which it names."""
    catalog = translations.updated()
    translations.WRITTEN.write_bytes(translations.as_po(catalog))
    translations.COMPILED.write_bytes(translations.as_mo(catalog))
    left = translations.untranslated(catalog)
    for text in left:
        print(f"To translate in {translations.WRITTEN.name}: {text}", file=sys.stderr)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
