"""As much of a terminal as the program makes use of: what stands on it in the end, without colours."""

import re

PART = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])|\x1b(.)|([\r\n\b])|([^\x1b\r\n\b]+)", re.DOTALL)


class Terminal:
    """Lines, and a cursor. It fails on what it does not know."""

    def __init__(self) -> None:
        self.lines, self.row, self.column = [""], 0, 0
        self.colours = 0
        self._rest = ""

    def feed(self, text: str) -> None:
        """Show what a program writes."""
        text, self._rest = self._rest + text, ""
        cut = re.search(r"\x1b(\[[?0-9;]*)?\Z", text)
        if cut:
            text, self._rest = text[: cut.start()], cut[0]
        for found in PART.finditer(text):
            self._show(*found.groups())

    def _show(self, values: str | None, command: str | None, other: str | None, control: str | None, text: str) -> None:
        match command or control:
            case "m":
                self.colours += any(code.startswith(("3", "9")) for code in (values or "").split(";"))
            case "A":
                self.row -= int(values or 1)
            case "K":
                assert values == "2"
                self.lines[self.row] = ""
            case "h" | "l":
                assert values == "?25", "the cursor alone is hidden and shown"
            case "\r":
                self.column = 0
            case "\n":
                self.row += 1
                self.lines += [""] * (self.row + 1 - len(self.lines))
            case _:
                assert text, f"unknown: {command, other, control}"
                line = self.lines[self.row].ljust(self.column)
                self.lines[self.row] = line[: self.column] + text + line[self.column + len(text) :]
                self.column += len(text)

    @property
    def asks(self) -> bool:
        """Whether a question stands there, unanswered."""
        return self.lines[self.row].endswith(": ")

    @property
    def text(self) -> str:
        """What stands there."""
        return "\n".join(line.rstrip() for line in self.lines).rstrip() + "\n"
