"""Users and their sessions. Passwords are kept as scrypt hashes, sessions as hashes of their tokens."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from typing import Literal, get_args

import sqlalchemy as sa

from adjudication.errors import Invalid
from adjudication.facts import Officer
from adjudication.units import MICROS_PER_SECOND, Micros
from integrations.casebook.attempts import Attempts
from integrations.casebook.database import Database, insert_once
from integrations.casebook.tables import SESSIONS, USERS

Role = Literal["officer", "supervisor", "operator", "auditor", "admin"]
SESSION_S = 12 * 3600
"""A shift."""
MIN_PASSWORD = 8
"""NIST SP 800-63B, 5.1.1.2: at least 8 characters, and no rules on their kind."""
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 1
"""RFC 7914's interactive parameters: 16 MiB and some 50 ms for each guess."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may log in."""

    login: str
    full_name: str
    body_id: str
    role: Role

    @property
    def officer(self) -> Officer:
        """As named in reviews and documents."""
        return Officer(login=self.login, full_name=self.full_name, body_id=self.body_id)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The token goes to the browser and is kept nowhere else."""

    user: User
    token: str


@dataclass(frozen=True, slots=True)
class LoginRefused:
    """Login or password is wrong, or too many were: then `wait_s` says how long. Which of the two is not told."""

    wait_s: int = 0


class Users:
    """Those who work with the centre; owners of vehicles are not among them."""

    def __init__(self, database: Database, attempts: Attempts) -> None:
        self._database = database
        self._attempts = attempts

    def add(self, user: User, password: str) -> bool:
        """Adds a user; says False, changing nothing, where the login exists.

        Raises:
            Invalid: `password-short`, `role-unknown`.
        """
        if user.role not in get_args(Role):
            raise Invalid("role-unknown", f"role {user.role!r}; known: {', '.join(get_args(Role))}")
        salt, hashed = _new_hash(password)
        with self._database.writing() as tx:
            return insert_once(
                tx,
                USERS,
                login=user.login,
                full_name=user.full_name,
                body_id=user.body_id,
                role=user.role,
                salt=salt,
                password_hash=hashed,
                disabled=False,
            )

    def set_password(self, login: str, password: str) -> None:
        """Changes the password and ends the user's sessions. Raises Invalid `password-short`."""
        salt, hashed = _new_hash(password)
        with self._database.writing() as tx:
            tx.execute(sa.update(USERS).where(USERS.c.login == login).values(salt=salt, password_hash=hashed))
            tx.execute(sa.delete(SESSIONS).where(SESSIONS.c.login == login))

    def disable(self, login: str) -> None:
        """The user may not log in any more, and is logged out."""
        with self._database.writing() as tx:
            tx.execute(sa.update(USERS).where(USERS.c.login == login).values(disabled=True))
            tx.execute(sa.delete(SESSIONS).where(SESSIONS.c.login == login))

    def login(self, login: str, password: str, now_us: Micros) -> LoggedIn | LoginRefused:
        """A new session, or a refusal that counts against the login."""
        subject = f"login:{login}"
        wait_s = self._attempts.wait_s(subject, now_us)
        if wait_s:
            return LoginRefused(wait_s)
        with self._database.reading() as tx:
            row = tx.execute(sa.select(USERS).where(USERS.c.login == login)).first()
        # An unknown login costs as much as a known one: time must not tell which exist.
        salt, expected = (row.salt, row.password_hash) if row is not None else (b"nobody", b"")
        right = hmac.compare_digest(_scrypt(password, salt), expected)
        if row is None or row.disabled or not right:
            self._attempts.failed(subject, now_us)
            return LoginRefused()
        token = secrets.token_urlsafe(32)
        with self._database.writing() as tx:
            self._attempts.forgive(subject)
            tx.execute(sa.delete(SESSIONS).where(SESSIONS.c.until_us <= now_us))
            until = now_us + SESSION_S * MICROS_PER_SECOND
            tx.execute(sa.insert(SESSIONS).values(token_sha256=_digest(token), login=login, until_us=until))
        return LoggedIn(_user(row), token)

    def by_token(self, token: str, now_us: Micros) -> User | None:
        """The user of a live session."""
        mine = sa.and_(SESSIONS.c.token_sha256 == _digest(token), SESSIONS.c.until_us > now_us)
        with self._database.reading() as tx:
            row = tx.execute(sa.select(USERS).join(SESSIONS, SESSIONS.c.login == USERS.c.login).where(mine)).first()
        return None if row is None else _user(row)

    def logout(self, token: str) -> None:
        """Ends a session; one that is over is no error."""
        with self._database.writing() as tx:
            tx.execute(sa.delete(SESSIONS).where(SESSIONS.c.token_sha256 == _digest(token)))

    def every(self) -> tuple[User, ...]:
        """All users, by login."""
        with self._database.reading() as tx:
            return tuple(_user(row) for row in tx.execute(sa.select(USERS).order_by(USERS.c.login)))


def _new_hash(password: str) -> tuple[bytes, bytes]:
    if len(password) < MIN_PASSWORD:
        raise Invalid("password-short", f"a password has at least {MIN_PASSWORD} characters")
    salt = os.urandom(16)
    return salt, _scrypt(password, salt)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _user(row: sa.Row[tuple[object, ...]]) -> User:
    return User(row.login, row.full_name, row.body_id, row.role)
