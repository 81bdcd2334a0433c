"""The exception tree. Expected outcomes are values; what is raised is listed here, once.

    TarazyError
    ├── Invalid          never retry: the input breaks a rule; carries a stable code     → dead letter, problem+json 4xx
    │   └── UnknownVersion   a message of a kind or version this release does not know
    ├── Unavailable      our own store or broker cannot answer now                        → pause, back off, 503
    │   └── NoData           law or policy data does not reach so far; no retry adds it   → people add the data
    └── Conflict         two terminal outcomes for one cause                              → a person, never overwritten

Anything else is a bug: the worker stops (design: the runner quarantines a record after three crashes).
"""


class TarazyError(Exception):
    """Root of everything Tarazy raises on purpose."""


class Invalid(TarazyError):
    """The input breaks a rule and always will.

    `code` is stable public API (`plate-grammar`, `signature-wrong`); `detail` says what, where and what to do. Neither
    may hold a plate, a name, an IIN or a phone number: both are logged.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class UnknownVersion(Invalid):
    """A message kind or version this release does not know: upgrade the reader before the writer."""

    def __init__(self, kind: str, version: object, known: str) -> None:
        super().__init__("unknown-version", f"message {kind!r} version {version!r} is not known here; known: {known}")


class Unavailable(TarazyError):
    """One of our own stores cannot answer now; nothing was done, and asking again may succeed.

    `retry_after_s` is the writer's advice in seconds.
    """

    def __init__(self, what: str, retry_after_s: float = 1.0) -> None:
        super().__init__(f"{what} is unavailable, retry in {retry_after_s:g} s")
        self.what = what
        self.retry_after_s = retry_after_s


class NoData(Unavailable):
    """Law or policy data does not reach so far, and nothing is assumed. Asking again helps once a release has the data:
    a stage holds what needs it, a command says what is missing."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.args = (f"{what} is not in the data, and nothing is assumed: it has to be added",)


class Conflict(TarazyError):
    """Two terminal outcomes claim one cause. The first stands; a person looks at the second."""

    def __init__(self, cause_id: str, detail: str) -> None:
        super().__init__(f"{cause_id}: {detail}")
        self.cause_id = cause_id
        self.detail = detail
