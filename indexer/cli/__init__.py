"""The commands of `indexer`: data to stdout, progress and messages to stderr.

Exit status: 0 done; 1 failed, nothing changed; 2 usage; 3 done, but some inputs had problems.
"""

from __future__ import annotations

import click

from indexer.cli.adding import add
from indexer.cli.building import build_command, status, verify
from indexer.cli.command import Group
from indexer.cli.digesting import digest
from indexer.cli.exporting import export
from indexer.cli.fetching import harvest
from indexer.cli.inspecting import inspect
from indexer.cli.linking import check_links, link
from indexer.cli.measuring import evaluate
from indexer.cli.searching import explain, search, show
from indexer.cli.watching import watch


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evidence-index", prog_name="indexer")
def main() -> None:
    """Index crime prevention reports, and search them to the page."""


for _command in (
    build_command,
    add,
    watch,
    inspect,
    search,
    show,
    explain,
    export,
    link,
    check_links,
    digest,
    status,
    verify,
    evaluate,
    harvest,
):
    main.add_command(_command)
