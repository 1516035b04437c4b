"""How passwords are kept."""

from pwdlib import PasswordHash


def test_a_password_is_kept_by_argon2id_at_64_mib_and_three_passes(
    service_password_hash: PasswordHash,
) -> None:
    kept = service_password_hash.hash("correct horse battery")

    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
