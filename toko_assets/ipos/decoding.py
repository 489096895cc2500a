"""Cleans names and codes of a backup, and decodes its bytes. It needs no library: the daemon imports it as well."""

from toko_core.text import drop_controls


def clean_name(text: str | None) -> str:
    """Rule 9: replace runs of white space with one space, trim the ends, drop control characters; change nothing else.

    >>> clean_name("  TEH \\t PUCUK  350ML ")
    'TEH PUCUK 350ML'
    """
    return " ".join(drop_controls(text).split()) if text else ""


def clean_code(text: str | None) -> str:
    """Rule 8: trim units, price systems and yes/no marks, and convert them to upper case, for comparison."""
    return drop_controls(text).strip().upper() if text else ""


def decode(value: bytes) -> str:
    """Decode a value of an SQL_ASCII database, which may hold any bytes: as UTF-8 if valid, otherwise as Windows-1252.

    The five bytes that Windows-1252 leaves undefined become U+FFFD, so that a loss is visible.
    """
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")
