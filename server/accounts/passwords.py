"""Passwords: what is asked of them, and how they are kept."""

from functools import cache

from pwdlib import PasswordHash

from tools.errors import InvalidInput

SHORTEST, LONGEST = 12, 128  # characters; argon2 is made to be slow, so long ones are refused unread

_HASH = PasswordHash.recommended()

# What leads the lists of passwords that leaked; with a year or a few signs added these are tried first, too.
_WELL_KNOWN = (
    *("password", "passwort", "passw0rd", "p@ssw0rd", "p@ssword", "letmein", "welcome", "iloveyou"),
    *("administrator", "admin", "scriptorium", "default", "secret", "changeme", "master", "trustno1"),
    *("monkey", "dragon", "football", "baseball", "sunshine", "princess", "superman", "batman", "woaini"),
    *("hello", "test", "guest", "qwerty", "1q2w3e4r", "1qaz2wsx", "qazwsx"),
)
_ROWS = ("1234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_LEAST_OWN = 6  # characters that a password has beside what is well known


def hashed(password: str, *, username: str) -> str:
    """A password as it is kept; raises InvalidInput for a weak one."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(
            f"password: has to have {SHORTEST} to {LONGEST} characters",
            hint="Several words together are easy to remember.",
            code="weak_password",
        )
    if len(set(password)) < 5 or _is_well_known(password, username):
        raise InvalidInput(
            "password: is too easy to guess",
            hint="Use more different characters, neither the name of the account nor what everybody uses.",
            code="weak_password",
        )
    return _HASH.hash(password)


def _is_well_known(password: str, username: str) -> bool:
    """Whether little is left of a password without what everybody knows of it."""
    left = password.lower()
    if username.lower() in left:
        return True
    if any(left in row * LONGEST or left[::-1] in row * LONGEST for row in _ROWS):
        return True
    for word in _WELL_KNOWN:
        left = left.replace(word, "")
    return len(left) < _LEAST_OWN


def fits(password: str, kept: str | None) -> bool:
    """Whether this is the password that is kept; takes as long when none is."""
    if len(password) > LONGEST:
        return False
    nobodys = _nobodys()  # in any case: its first call takes its time, too
    return _HASH.verify(password, kept or nobodys) and kept is not None


@cache
def _nobodys() -> str:
    """A hash that makes an unknown name take as long as a wrong password."""
    return _HASH.hash("the password of nobody")
