"""`python -m ropo_async_cli`, where the program itself is not on the path."""

from ropo_async_cli import main

__all__: list[str] = []

main()
