"""What the README shows of the commands: `python -m tests.readme` runs them again and writes it."""

from __future__ import annotations

import json
import os
import re
import shlex
import tempfile
from pathlib import Path

from click.testing import CliRunner

from indexer.cli import main

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"

_CONSOLE = re.compile(r"^```console\n\$ (?P<command>.+)\n(?P<output>(?:.*\n)*?)```$", re.MULTILINE)
_SECONDS = re.compile(r"\d+(?:\.\d+)? (?:ms|s)\b")
_BUILT = re.compile(r"^\d+ added, .*\nThe index holds .*$", re.MULTILINE)


def shown() -> list[tuple[str, str]]:
    """Each command that the README shows, with its output."""
    found = _CONSOLE.finditer(README.read_text(encoding="utf-8"))
    return [(match["command"], match["output"]) for match in found]


def untimed(text: str) -> str:
    """The text with each duration as the same word, and without trailing spaces."""
    lines = [line.rstrip() for line in _SECONDS.sub("(time)", text).strip().splitlines()]
    return "\n".join(lines)


def build(index: Path) -> str:
    """Builds the index of the shipped corpus; what the command said."""
    result = CliRunner().invoke(main, ["build", str(ROOT / "corpus"), "--index", str(index)])
    assert result.exit_code == 0, result.output
    return result.stdout


def run(command: str, index: Path) -> str:
    """What a command `indexer ...` of the README prints, run where the README stands."""
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        result = CliRunner().invoke(main, [*shlex.split(command)[1:], "--index", str(index)])
    finally:
        os.chdir(before)
    assert result.exit_code == 0, result.output
    return result.stdout


def first_build(index: Path) -> str:
    """The two lines that `make serve` shows of the build that it begins with."""
    status = CliRunner().invoke(main, ["status", "--json", "--index", str(index)])
    built = json.loads(status.stdout)["last_build"]
    counts = f"{built['reports']} added, 0 changed, 0 removed, 0 unchanged"
    size = f"{built['reports']:,} reports, {built['passages']:,} passages"
    return f"{counts} in {built['seconds']:.1f} s.\nThe index holds {size}."


def written(text: str, index: Path) -> str:
    """The README's text with the output of each command that now says something else.

    What differs only in how long it took stays, so that a figure changes with its reason.
    """
    lines = first_build(index)

    def again(match: re.Match[str]) -> str:
        command, output = match["command"], match["output"]
        if command == "make serve":
            built = _BUILT.sub(lines, output)
            return (
                match[0] if untimed(built) == untimed(output) else match[0].replace(output, built)
            )
        if not command.startswith("indexer "):
            return match[0]
        now = "\n".join(line.rstrip() for line in run(command, index).strip().splitlines())
        same = untimed(now) == untimed(output)
        return match[0] if same else f"```console\n$ {command}\n{now}\n```"

    return _CONSOLE.sub(again, text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        README.write_text(written(README.read_text(encoding="utf-8"), Path(folder)), "utf-8")
