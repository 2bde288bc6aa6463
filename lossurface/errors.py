"""The one exception that tells a user that an input is at fault."""

__all__ = ["InputError"]


class InputError(ValueError):
    """Raised for bad input: one line naming the input, the condition broken and the way out.

    The command line prints the message alone and exits with status 2.
    """
