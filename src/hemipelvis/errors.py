"""Errors a person can act on: what was got, what was expected, how to mend it."""


class InputError(Exception):
    """Input that cannot give a right implant. The command line prints it and exits with code 2.

    got, expected and mend are one sentence each, without the final stop.
    """

    def __init__(self, got: str, expected: str, mend: str) -> None:
        self.got, self.expected, self.mend = got, expected, mend
        super().__init__(f"Got: {got}. Expected: {expected}. To mend it: {mend}.")

    def __reduce__(self) -> tuple[type["InputError"], tuple[str, str, str]]:
        return InputError, (self.got, self.expected, self.mend)
