"""`zhiyin openapi`: the API's document."""

import click

from zhiyin.interfaces.cli.output import print_json


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Changes nothing: it is JSON anyway.")
def openapi(as_json: bool) -> None:
    """Print the OpenAPI 3.1 document of the HTTP API."""
    import django

    django.setup()
    from django.urls import get_resolver

    from zhiyin.interfaces.api.docs import document
    from zhiyin.interfaces.api.urls import api

    # Loading the addresses hangs the API below /api/v1/, which its document then says.
    assert get_resolver().url_patterns
    print_json(document(api))
