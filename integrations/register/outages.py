"""Which errors of ClickHouse mean "not now", so that asking again may succeed; any other is a wrong statement, a bug.

Source: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
"""

from collections.abc import Iterator
from contextlib import contextmanager

from clickhouse_connect.driver.exceptions import DatabaseError, Error, OperationalError

from adjudication.errors import Unavailable

NOT_NOW = {
    159: "timeout exceeded",
    160: "too slow",
    202: "too many simultaneous queries",
    203: "no free connection",
    209: "socket timeout",
    210: "network error",
    225: "no keeper",
    236: "aborted",
    241: "memory limit exceeded",
    242: "table is read-only while it has no keeper",
    243: "not enough disk space",
    252: "too many parts, merges are behind",
    265: "no replica in time",
    279: "no replica answers",
    285: "too few live replicas",
    286: "quorum of the previous insert not yet there",
    289: "no replica is up to date",
    319: "unknown whether the quorum took the insert",
    394: "query cancelled",
    473: "deadlock avoided",
    999: "keeper error",
}
"""ClickHouse's codes that pass by themselves, or when an operator has made room."""
RETRY_S = {252: 10.0, 241: 5.0, 243: 30.0}
"""Merging, freeing memory and making room take longer than a second."""


@contextmanager
def reachable() -> Iterator[None]:
    """Turns "not now" into ours; a wrong statement stays the bug it is.

    Raises:
        Unavailable: no answer in time, no connection, or one of NOT_NOW.
    """
    try:
        yield
    except Error as error:
        # A server that sends a code has understood us; one that sends none was not reached, or died while it answered.
        if error.code in NOT_NOW:
            raise Unavailable("register", RETRY_S.get(error.code, 1.0)) from error
        if error.code is None and (isinstance(error, OperationalError) or _overloaded(error)):
            raise Unavailable("register") from error
        raise


def _overloaded(error: Error) -> bool:
    """A proxy's refusal before the server: HTTP 502, 503, 504 without ClickHouse's own code."""
    return isinstance(error, DatabaseError) and any(f"HTTP status {status}" in str(error) for status in (502, 503, 504))
