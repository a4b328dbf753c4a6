"""`cityloop serve`: an engine that waits for clients."""

import click

from cityloop.embedded import server


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=50051, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--access-token", envvar="CITYLOOP_TOKEN", help="Token that clients must show.")
@click.option("--tls-certificate", type=click.Path(), help="Certificate chain, PEM.")
@click.option("--tls-key", type=click.Path(), help="Private key, PEM.")
def serve(
    port: int, host: str, access_token: str | None, tls_certificate: str | None, tls_key: str | None
) -> None:
    """Serve the embedded engine until it is told to stop (Ctrl-C).

    It listens on loopback; any other host needs a certificate, a key and a token. Port 0 takes any
    free port and prints it.
    """
    arguments = ["--port", str(port), "--host", host]
    for option, value in (
        ("--access-token", access_token),
        ("--tls-certificate", tls_certificate),
        ("--tls-key", tls_key),
    ):
        if value is not None:
            arguments += [option, value]
    server.serve(arguments)
