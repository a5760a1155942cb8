"""`python -m ropo_async.cli`, where the program itself is not on the path."""

from ropo_async.cli import main

__all__: list[str] = []

main()
