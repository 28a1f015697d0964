"""The commands of `indexer`: data to stdout, progress and messages to stderr.

Exit status: 0 done; 1 failed, nothing changed; 2 usage; 3 done, but some inputs had problems.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from indexer.cli.command import Group

# The module and the function of each command. One is imported when it is asked for, since to
# import them all takes longer than most of them run.
_PLACES: Final = {
    "add": ("adding", "add"),
    "build": ("building", "build_command"),
    "check-links": ("linking", "check_links"),
    "digest": ("digesting", "digest"),
    "evaluate": ("measuring", "evaluate"),
    "explain": ("searching", "explain"),
    "export": ("exporting", "export"),
    "harvest": ("fetching", "harvest"),
    "inspect": ("inspecting", "inspect"),
    "link": ("linking", "link"),
    "search": ("searching", "search"),
    "show": ("searching", "show"),
    "status": ("building", "status"),
    "verify": ("building", "verify"),
    "watch": ("watching", "watch"),
}


class Commands(Group):
    """The commands by name, each imported by itself."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order in which help tells them."""
        return list(_PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, if there is one."""
        if cmd_name not in _PLACES:
            return None
        module, function = _PLACES[cmd_name]
        command = getattr(import_module(f"{__name__}.{module}"), function)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evidence-index", prog_name="indexer")
def main() -> None:
    """Index crime prevention reports, and search them to the page."""
