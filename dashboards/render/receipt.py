"""The receipt for payment that goes with a prescription. Source: 811(1), 822-1, 893(1).

What the data does not have, the account the money goes to above all, is a blank: nothing is invented.
"""

from adjudication.protocol import Act
from adjudication.standing import Standing
from adjudication.states import PAYABLE
from adjudication.units import Micros, Tiyn
from dashboards.render.casefile import CaseFile, acted, last_day, unfit
from dashboards.render.document import Document, Figure, Line, blank, line, numbered, sentence
from dashboards.render.fields import addressee_lines
from dashboards.render.wording import Words, article, day, money, sum_of

TITLE = Words("Айыппұл төлеуге арналған түбіртек", "Квитанция на уплату штрафа", "Receipt for payment of a fine")


def due_tiyn(standing: Standing, now_us: Micros) -> Tiyn:
    """What is to be paid now: half while the discount runs, else the whole; less what has arrived. 0 for a warning."""
    if standing.state not in PAYABLE:
        return 0
    half = half_tiyn(standing, now_us)
    return max(0, (standing.sum_tiyn if half is None else half) - standing.paid_tiyn)


def half_tiyn(standing: Standing, now_us: Micros) -> Tiyn | None:
    """Half the sum, while it may still be paid as the whole. Source: 811(1)."""
    until_us = standing.discount_until_us
    return standing.discount_tiyn if until_us is None or now_us < until_us else None


def receipt(file: CaseFile) -> Document:
    """The receipt as things stand now.

    Raises:
        Invalid: `document-unfit`, there is nothing to be paid.
    """
    act, standing = acted(file)
    due = due_tiyn(standing, file.now_us)
    if not due:
        raise unfit("receipt")
    on = day(act.initiated_on)
    return Document(
        kind="receipt",
        title=TITLE,
        designation=Words(
            f"№ {act.number}, {on} нұсқама бойынша",
            f"по предписанию № {act.number} от {on}",
            f"on prescription no. {act.number} of {on}",
        ),
        reference=act.number,
        body=act.body,
        items=numbered(
            (
                ("822-1(1) 2)", Words("Төлеуші", "Плательщик", "Payer"), addressee_lines(act)),
                ("811(1); 893(1)", Words("Төленетін сома", "Сумма к уплате", "To be paid"), _sums(act, standing, file)),
                ("893(1)", Words("Төлем мақсаты", "Назначение платежа", "Purpose of payment"), (_purpose(act),)),
                (
                    "893",
                    Words("Бенефициар (айыппұлды алушы)", "Бенефициар (получатель штрафа)", "Beneficiary"),
                    _beneficiary(),
                ),
                ("893", Words("Төлем туралы белгі", "Отметка об оплате", "Of the payment"), _mark()),
            )
        ),
        figures=(
            Figure(Words("Қазір төленетіні", "К уплате сейчас", "Due now"), money(due)),
            Figure(Words("МТНБ", "ГРНЗ", "Number plate"), act.vehicle.plate),
        ),
        link=file.link,
    )


def _sums(act: Act, standing: Standing, file: CaseFile) -> tuple[Line, ...]:
    lines = []
    half = half_tiyn(standing, file.now_us)
    if half is not None:
        lines.append(
            line(
                Words("Айыппұлдың 50 %-ы (811-бап)", "50 % штрафа (ст. 811)", "50 % of the fine (art. 811)"),
                sum_of(half),
            )
        )
        lines.append(_term(standing.discount_until_us, act.terms.discount_days, _FROM_DELIVERY))
    whole = Words("Айыппұлдың толық сомасы (893-бап)", "Полная сумма штрафа (ст. 893)", "The whole fine (art. 893)")
    lines.append(line(whole, sum_of(standing.sum_tiyn)))
    lines.append(_term(standing.pay_until_us, act.terms.payment_days, _FROM_FORCE))
    if standing.paid_tiyn:
        lines.append(line(Words("Төленгені", "Уплачено", "Paid so far"), sum_of(standing.paid_tiyn)))
    due = Words("Қазір төленетіні", "К уплате сейчас", "Due now")
    return (*lines, line(due, sum_of(due_tiyn(standing, file.now_us))))


_FROM_DELIVERY = Words("тиісінше жеткізілген күннен бастап", "со дня надлежащей доставки", "from proper delivery")
_FROM_FORCE = Words("заңды күшіне енген күннен бастап", "со дня вступления в законную силу", "from entry into force")


def _term(until_us: Micros | None, days: int, begins: Words) -> Line:
    """The last day, or, before it is known, how many days there are from when."""
    label = Words("Соңғы күні", "Последний день", "Last day")
    if until_us is not None:
        return line(label, last_day(until_us))
    return line(
        Words("Мерзімі", "Срок", "Term"),
        Words(f"{begins.kk} {days} тәулік", f"{days} суток {begins.ru}", f"{days} days {begins.en}"),
    )


def _purpose(act: Act) -> Line:
    named, on = article(act.part), day(act.initiated_on)
    return sentence(
        f"Әкімшілік айыппұл: {on} № {act.number} нұсқама, {named.kk}, МТНБ {act.vehicle.plate}, "
        f"төлеуші {act.addressee.number}.",
        f"Административный штраф: предписание № {act.number} от {on}, {named.ru}, ГРНЗ {act.vehicle.plate}, "
        f"плательщик {act.addressee.number}.",
        f"Administrative fine: prescription no. {act.number} of {on}, {named.en}, plate {act.vehicle.plate}, "
        f"payer {act.addressee.number}.",
    )


def _beneficiary() -> tuple[Line, ...]:
    return (
        blank(Words("Атауы, БСН", "Наименование, БИН", "Name, BIN")),
        blank(
            Words(
                "Банкі, банктік сәйкестендіру коды (БСК)",
                "Банк, банковский идентификационный код (БИК)",
                "Bank and its code (BIC)",
            )
        ),
        blank(
            Words(
                "Жеке сәйкестендіру коды (ЖСК)",
                "Индивидуальный идентификационный код (ИИК)",
                "Account (IIC)",
            )
        ),
        blank(
            Words(
                "Бюджеттік сыныптама коды; төлем мақсатының коды",
                "Код бюджетной классификации (КБК); код назначения платежа (КНП)",
                "Budget classification code; payment purpose code",
            )
        ),
    )


def _mark() -> tuple[Line, ...]:
    return (
        blank(Words("Төленген сома, күні", "Уплаченная сумма, дата", "Sum paid, date")),
        blank(
            Words(
                "Төлеушінің қолы; банктің белгісі",
                "Подпись плательщика; отметка банка",
                "Payer's signature; bank's mark",
            )
        ),
    )
