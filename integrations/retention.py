"""How long evidence stays in its store: locked once an act or a referral rests on it, on hold while it is contested.

The casebook says what stays, in its own transaction; this tells the store, after it. Telling it again changes nothing,
so a batch that a crash cut off between the two is made good when it comes again.
"""

from collections.abc import Iterable
from datetime import date

from adjudication.calendar import civil_day
from adjudication.policy import Policy
from adjudication.states import CONTESTED
from adjudication.units import Id, Micros, Sha256
from ingest.evidence import EvidenceStore
from integrations.casebook import Casebook


def locked_until(policy: Policy, now_us: Micros) -> date:
    """The last day of a lock that is set now. Raises Unavailable where no policy is in force."""
    today = civil_day(now_us)
    years = policy.on(today).evidence_years
    # 29 February of a year that has none: the day before.
    return date(today.year + years, today.month, min(today.day, 28) if today.month == 2 else today.day)


def lock_kept(casebook: Casebook, store: EvidenceStore, case_ids: Iterable[Id], until_on: date) -> None:
    """Lock what the casebook keeps of cases and of the sightings that joined them. Raises as EvidenceStore."""
    if kept := _kept(casebook, *case_ids):
        store.lock(kept, until_on)


def hold_contested(casebook: Casebook, store: EvidenceStore, case_id: Id) -> None:
    """Hold the evidence of an act that may still be contested, until that is over. Raises as EvidenceStore.

    A case that was never contested is not asked about.
    """
    case = casebook.cases.find(case_id)
    if case is None or all(entry.to_state not in CONTESTED for entry in casebook.cases.history(case_id)):
        return
    for address in _kept(casebook, case_id):
        store.hold(address, on=case.state in CONTESTED)


def _kept(casebook: Casebook, *case_ids: Id) -> tuple[Sha256, ...]:
    return casebook.evidence.kept(*case_ids, *casebook.cases.joined(*case_ids))
