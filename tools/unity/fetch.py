"""`tools/unity fetch`: what checks Unity C# without a Unity installation."""

import click

from cityloop.errors import CityloopError
from unity import packages


@click.command()
@click.option("--if-possible", is_flag=True, help="Where it is not, say why and go on.")
def fetch(if_possible: bool) -> None:
    """Fetch the compiler, Unity's assemblies and a player; some 340 MB, kept in out/."""
    folder = packages.toolchain_folder()
    if packages.is_ready(folder):
        return
    click.echo(f"Fetching what checks Unity C# into {folder} ...", err=True)
    try:
        packages.fetch(folder)
    except packages.ToolchainError as error:
        sentence = f"The Unity checks are left out: {error}."
        if not if_possible:
            raise CityloopError(sentence) from None
        click.echo(sentence, err=True)
