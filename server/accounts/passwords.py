"""Passwords: what is asked of them, and how they are kept."""

from functools import cache

from pwdlib import PasswordHash

from tools.errors import InvalidInput

SHORTEST, LONGEST = 12, 128  # characters; argon2 is made to be slow, so long ones are refused unread

_HASH = PasswordHash.recommended()


def hashed(password: str, *, username: str) -> str:
    """A password as it is kept; raises InvalidInput for a weak one."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(
            f"password: has to have {SHORTEST} to {LONGEST} characters",
            hint="Several words together are easy to remember.",
            code="weak_password",
        )
    if len(set(password)) < 5 or username.lower() in password.lower():
        raise InvalidInput(
            "password: is too easy to guess",
            hint="Use more different characters, and not the name of the account.",
            code="weak_password",
        )
    return _HASH.hash(password)


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
