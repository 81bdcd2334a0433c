"""Payments, thin: a receipt becomes a row and an event; what it means is for [lifecycle]. A receipt counts once."""

from adjudication import ids
from adjudication.errors import Conflict, Invalid
from adjudication.messages import PaymentReceived
from ingest.clock import Clock
from ingest.stage import Outgoing
from ingest.topics import CASE_EVENTS
from integrations.casebook import Casebook
from integrations.casebook.payments import Payment


def record_payment(casebook: Casebook, act_number: str, payment: Payment, clock: Clock) -> bool:
    """Enters a payment; says False, changing nothing, for a receipt already entered.

    Raises:
        Invalid: `act-unknown`, no such act, or not of the payment's case.
        Conflict: the receipt was entered with another case, sum or instant.
        Unavailable: nothing was done.
    """

    def enter() -> bool:
        stored = casebook.acts.by_number(act_number)
        if stored is None or stored.act.case_id != payment.case_id:
            raise Invalid("act-unknown", f"no act {act_number} of this case")
        if not casebook.payments.enter(payment, clock()):
            if casebook.payments.find(payment.receipt) != payment:
                raise Conflict(payment.case_id, f"receipt {payment.receipt} was entered with another content")
            return False
        event = PaymentReceived(
            case_id=payment.case_id, at_us=payment.paid_us, receipt=payment.receipt, tiyn=payment.tiyn
        )
        cause = ids.stable_id("payment", payment.receipt)
        casebook.outbox.put(cause, Outgoing(CASE_EVENTS, payment.case_id, event), clock())
        return True

    return casebook.together(enter)
