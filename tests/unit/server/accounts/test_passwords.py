"""What is asked of passwords, and how they are kept."""

import pytest
from pwdlib import PasswordHash

from server.accounts.passwords import hashed
from tools.errors import InvalidInput


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 129,
        "aaaaaaaaabbb",
        "password1234",
        "P@ssw0rd2026!",
        "Admin-welcome1",
        "123456789012",
        "zyxwvutsrqponm",
        "qwertyuiopqw",
        "the-ANNIE-of-old",
    ],
)
def test_a_password_that_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        hashed(password, username="annie")

    assert refused.value.code == "weak_password"
    assert password not in str(refused.value)


@pytest.mark.parametrize("password", ["correct horse battery", "a secret of my own 7", "kxQ-93vv.test.Lm"])
def test_a_password_of_ones_own_is_kept_as_a_hash(password: str) -> None:
    assert hashed(password, username="annie").startswith("$argon2id$")


def test_a_password_is_kept_by_argon2id_at_64_mib_and_three_passes(
    service_password_hash: PasswordHash,
) -> None:
    kept = service_password_hash.hash("correct horse battery")

    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
