"""What a page says when it cannot do what was asked: in people's words what happened and what to do, or RFC 9457.

Codes are public API; each has a title and an advice in every language under `problem.` in dashboards/i18n.
"""

from typing import Final

PROBLEMS: Final = (
    "login-needed",
    "not-permitted",
    "form-expired",
    "not-found",
    "method-not-allowed",
    "input-wrong",
    "too-many-tries",
    "evidence-gone",
    "unavailable",
    "internal",
)
"""Every code a page can end in."""


class Refused(Exception):
    """A page that is not shown; `code` is one of PROBLEMS. `wait_s`: when to come again, 0 if that is not the point."""

    def __init__(self, status: int, code: str, wait_s: int = 0) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.wait_s = wait_s
