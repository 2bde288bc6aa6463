"""What a user is told is one printable line."""


def one_line(message: object, longest: int = 1000) -> None:
    text = str(message)
    assert len(text.splitlines()) == 1, repr(text)
    assert text.isprintable(), repr(text)
    assert len(text) < longest
    text.encode()
