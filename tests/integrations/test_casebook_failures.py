"""What a database's error means to the road, by the errors that its driver raises before any server has answered."""

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from adjudication.errors import Unavailable
from integrations.casebook.failures import translated


def raised(error: psycopg.Error) -> DBAPIError:
    """As the engine wraps it."""
    wrapped = DBAPIError.instance("SELECT 1", {}, error, psycopg.Error, dialect=None)
    assert isinstance(wrapped, DBAPIError)
    return wrapped


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("connection failed"),
        psycopg.errors.ConnectionTimeout("connection timeout expired"),
        psycopg.InterfaceError("the connection is closed"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_server_that_cannot_be_reached_is_asked_again(error: psycopg.Error) -> None:
    with pytest.raises(Unavailable), translated():
        raise raised(error)


def test_a_mistake_of_ours_surfaces_as_it_is() -> None:
    with pytest.raises(DBAPIError), translated():
        raise raised(psycopg.ProgrammingError("the query has no parameters"))
