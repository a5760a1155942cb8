"""The commands as a shell sees them: names, options, help. What they do is in `ropo_async.cli.work`.

Typer reads the types of their arguments, so these modules do without postponed annotations.
"""

__all__: list[str] = []
