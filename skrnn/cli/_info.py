"""``skrnn info``."""

import argparse

from .._info import info


def add_to(commands) -> None:
    """Add the command to a parser."""
    parser = commands.add_parser(
        "info",
        help="versions, device, kernels",
        description="Print what a bug report should contain: versions, device, kernels.",
        epilog="examples:\n  skrnn info > versions.txt",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> bool:
    """Print versions and device."""
    entries = info()
    width = max(map(len, entries))
    for name, value in entries.items():
        print(f"{name:{width}}  {value}")
    return True
