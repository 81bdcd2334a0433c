"""When the law eases: each act that is sent and not executed, and that the law of today punishes less, before people.

Source: 5(1); brief §15.1(6). Every such act is looked at when the process starts and once a civil day. What is found is
an event of its case, known by case, law and what it would come to: found again, it is nothing new.
"""

from collections.abc import Iterator
from datetime import date

from adjudication import ids
from adjudication.calendar import civil_day, start_of_day_us
from adjudication.easing import eased
from adjudication.lawbook import Lawbook
from adjudication.messages import LawEased
from adjudication.policy import Policy
from ingest.clock import Clock
from ingest.stage import Outgoing
from ingest.topics import CASE_EVENTS
from integrations.casebook import Casebook
from integrations.casebook.cases import Case

BATCH = 256
"""Cases read at once: the day's look goes through all that are open, beside everything else."""
IDLE_S = 60.0
"""Between two looks at the clock for a new day."""


class Easing:
    """Not a stage: it reads the casebook, not a topic."""

    def __init__(self, casebook: Casebook, law: Lawbook, policy: Policy, clock: Clock) -> None:
        self._casebook = casebook
        self._law = law
        self._policy = policy
        self._clock = clock
        self._looked_on: date | None = None

    def tick(self) -> int:
        """Looks at all acts if the day is new; returns how many came before people.

        Raises:
            Unavailable: the casebook cannot answer now; the look begins anew.
        """
        today = civil_day(self._clock())
        if today == self._looked_on:
            return 0
        found = sum(self._tell(case, today) for case in self._owed())
        self._looked_on = today
        return found

    def _owed(self) -> Iterator[Case]:
        after = ""
        while cases := self._casebook.cases.owed(after, BATCH):
            yield from cases
            after = cases[-1].case_id

    def _tell(self, case: Case, today: date) -> bool:
        if case.decision is None or case.standing is None:
            return False
        now = eased(case.decision, self._law, self._policy, today)
        if now is None:
            return False
        event = LawEased(
            case_id=case.case_id,
            at_us=max(start_of_day_us(now.since_on), case.standing.sent_us or 0),
            law_sha256=self._law.sha256,
            mci_before=case.decision.mci_count,
            part=now.part,
            mci_count=now.mci_count,
        )
        cause = ids.stable_id("law-eased", case.case_id, self._law.sha256, now.part, now.mci_count)
        return self._casebook.outbox.put(cause, Outgoing(CASE_EVENTS, case.case_id, event), self._clock())
