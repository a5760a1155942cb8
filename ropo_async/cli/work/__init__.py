"""What the commands do. Importing it imports the library."""

__all__: list[str] = []
