"""The form in which an officer tells what happened to a case after its act: complaints, decisions, bailiffs."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import Form

from adjudication.calendar import instant_us
from adjudication.errors import Invalid
from adjudication.happenings import Told, What, event_of
from adjudication.messages import CaseEvents
from adjudication.units import TIYN_PER_TENGE, Id, Micros
from dashboards.problems import Refused

NUMBER = re.compile(r"\d{12}\Z", re.ASCII)
"""An IIN or a BIN."""


def told_event(
    case_id: Id,
    *,
    what: Annotated[What, Form()],
    reference: Annotated[str, Form(min_length=1, max_length=64)],
    at: Annotated[str, Form(max_length=16)] = "",
    until_on: Annotated[str, Form(max_length=10)] = "",
    tenge: Annotated[str, Form(max_length=16)] = "",
    possessor: Annotated[str, Form(max_length=12)] = "",
    proof: Annotated[str, Form(max_length=64)] = "",
) -> Callable[[Micros], CaseEvents]:
    """The event that the form tells, by the present instant: `at` absent is now, else civil time at +05:00.

    Raises:
        Refused: 422 `input-wrong`, a field that is no day, sum or number, or one that is missing.
    """
    if possessor and not NUMBER.match(possessor):
        raise Refused(422, "input-wrong")
    try:
        at_us = instant_us(datetime.fromisoformat(at)) if at else None
        until = date.fromisoformat(until_on) if until_on else None
        tiyn = int(Decimal(tenge or 0) * TIYN_PER_TENGE)
        told = Told(case_id, at_us or 0, reference, until, tiyn, possessor or None, proof)
        event_of(what, told)
    except (ValueError, InvalidOperation, Invalid) as error:
        raise Refused(422, "input-wrong") from error
    return lambda now_us: event_of(what, replace(told, at_us=now_us if at_us is None else at_us))
