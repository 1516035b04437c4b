"""What the routes of accounts take and give. What a caller may not choose is no field here."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, SecretStr, StringConstraints

from server.db.models import Account, ApiKey, Role

Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{2,49}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Registration(_Body):
    """Somebody who wants an account."""

    username: Username
    password: SecretStr
    email: Email | None = None


class NewUser(Registration):
    """An account that an admin makes."""

    role: Role = "user"


class UserChange(_Body):
    """What an admin changes of an account."""

    role: Role | None = None
    is_active: bool | None = None
    email: Email | None = None


class Login(_Body):
    """A name and its password."""

    username: str
    password: SecretStr


class Refresh(_Body):
    """A refresh token."""

    refresh_token: SecretStr


class PasswordChange(_Body):
    """The old password and the new one."""

    current_password: SecretStr
    new_password: SecretStr


class ResetWish(_Body):
    """Whose password is to be set anew: a name or an address."""

    username: Annotated[str, StringConstraints(max_length=254)]


class Reset(_Body):
    """What came by mail, and a new password."""

    token: SecretStr
    new_password: SecretStr


class NewKey(_Body):
    """An API key that somebody wants."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    scopes: list[Literal["read", "write"]] = ["read", "write"]


def account_json(account: Account) -> dict[str, Any]:
    """An account, without its password."""
    return {
        "id": account.user_id,
        "username": account.username,
        "email": account.email,
        "role": account.role,
        "is_active": account.is_active,
        "created_at": account.created_at.isoformat(),
    }


def key_json(key: ApiKey) -> dict[str, Any]:
    """A key, without its secret."""
    return {
        "key_id": key.key_id,
        "name": key.name,
        "scopes": key.scopes,
        "created_at": key.created_at.isoformat(),
        "last_used_at": key.last_used_at.isoformat() if key.last_used_at else None,
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }
