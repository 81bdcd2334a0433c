"""Who possessed the vehicle: what an owner's release comes to where a check found that person.

31(2) holds the owner (holder) liable for what is done with a vehicle; 31(3) releases them where a check establishes who
possessed it then, and the case goes on against that person, on the same facts. Source: brief §3.1, §3.7, §15.3 rules
11, 12.
"""

from adjudication.answers import PersonNumber
from adjudication.calendar import civil_day
from adjudication.errors import Invalid
from adjudication.identifiers import is_valid_bin, is_valid_iin
from adjudication.lawbook import Lawbook
from adjudication.messages import CaseDecided, CaseEvents, Possessor, PossessorNamed, StatementDecided, StatementFiled
from adjudication.states import State, step


def refuse_possessor(decision: CaseDecided, event: CaseEvents, law: Lawbook) -> None:
    """Refuses an event that names, as the possessor, somebody whom no case could go on against.

    Raises:
        Invalid: `possessor-number`, the number has no valid check digits; `possessor-liable`, it is the very person who
            is held liable; `possessor-of-duty`, the duty to insure is the owner's whoever drives (31(1), 230(2)).
    """
    if not isinstance(event, StatementFiled | StatementDecided) or event.possessor is None:
        return
    if not _is_valid(event.possessor):
        raise Invalid("possessor-number", "the IIN or BIN of the possessor has wrong check digits")
    if event.possessor == decision.liable:
        raise Invalid("possessor-liable", "the possessor named is the person whose statement it is")
    part = law.part_on(_found(decision), civil_day(decision.checked.passage.event.captured_us))
    if part is not None and part.detects == "no_insurance":
        raise Invalid("possessor-of-duty", "who possessed the vehicle does not change whose duty it is to insure it")


def named_by(decision: CaseDecided, state: State, event: CaseEvents) -> PossessorNamed | None:
    """What begins the case against the possessor whom an event establishes; None where it establishes none.

    `state` is that of the owner's case before the event: what has ended releases nobody, and where half the sum did,
    what follows is for people (811(2); brief §15.3 rule 11).
    """
    if not isinstance(event, StatementDecided) or event.possessor is None:
        return None
    if state == "PAID_50" or step(state, "released") is None:
        return None
    checked = decision.checked
    possessor = Possessor(
        person=event.possessor,
        owners_case=decision.case_id,
        part=_found(decision),
        established_us=event.at_us,
        proof=event.proof,
    )
    return PossessorNamed(
        passage=checked.passage, possessor=possessor, elsewhere=checked.elsewhere, repeated=checked.repeated
    )


def _found(decision: CaseDecided) -> str:
    """The part that was found: the base where the owner's act punishes a repetition, which is that person's alone."""
    return decision.base or decision.part


def _is_valid(number: PersonNumber) -> bool:
    return is_valid_iin(number) or is_valid_bin(number)
