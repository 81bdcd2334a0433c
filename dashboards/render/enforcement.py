"""The letter with which an act that is in force and not paid goes to the bailiffs: a draft, for a signature.

Source: 896(1): within ten days after the term of payment, with the proof that nothing was paid; 890, 893.
"""

from adjudication.states import State
from dashboards.render.casefile import UNNUMBERED, CaseFile, acted, last_day, on_day, signature_lines, unfit
from dashboards.render.document import Document, Figure, Line, blank, known, line, numbered, sentence
from dashboards.render.fields import addressee_lines
from dashboards.render.wording import Words, article, day, money, same, sum_of

UNPAID: tuple[State, ...] = ("OVERDUE", "HANDED_BACK", "HANDED_OVER")
"""In force, its term of payment over, not paid in full: to be enforced, or being so."""


def enforcement_letter(file: CaseFile) -> Document:
    """The letter with which an unpaid act goes to the bailiffs.

    Raises:
        Invalid: `document-unfit`, the act is not overdue, or an owner's statement is not checked yet (31(3)).
    """
    act, standing = acted(file)
    if standing.state not in UNPAID or standing.stated_us is not None:
        raise unfit("enforcement-letter")
    on = day(act.initiated_on)
    return Document(
        kind="enforcement-letter",
        title=Words(
            "Мәжбүрлеп орындатуға жіберу туралы хат",
            "Письмо о направлении на принудительное исполнение",
            "Letter on handing over for enforcement",
        ),
        designation=UNNUMBERED,
        reference=act.number,
        body=act.body,
        items=numbered(
            (
                (
                    "896(1)",
                    Words("Кімге", "Кому", "To"),
                    (
                        blank(
                            Words(
                                "Әділет органы немесе жеке сот орындаушыларының өңірлік палатасы",
                                "Орган юстиции или региональная палата частных судебных исполнителей",
                                "Body of justice, or regional chamber of private bailiffs",
                            )
                        ),
                    ),
                ),
                (
                    "896(1)",
                    Words("Орындалатын акт", "Исполняемый акт", "The act to be enforced"),
                    (
                        sentence(
                            f"{on} № {act.number} нұсқама, {article(act.part).kk}.",
                            f"Предписание № {act.number} от {on}, {article(act.part).ru}.",
                            f"Prescription no. {act.number} of {on}, {article(act.part).en}.",
                        ),
                    ),
                ),
                ("896(1)", Words("Борышкер", "Должник", "The debtor"), addressee_lines(act)),
                ("893(1); 890", Words("Мерзімдер", "Сроки", "Terms"), _enforcement_terms(file)),
                ("896(1)", Words("Өндірілетін сома", "Взыскиваемая сумма", "The sum to be collected"), _unpaid(file)),
                (
                    "896(1)",
                    Words("Төленбегенінің дәлелі", "Подтверждение неуплаты", "Proof that it was not paid"),
                    _proof(file),
                ),
                (
                    "896(1)",
                    Words("Қосымша", "Приложение", "Attached"),
                    (
                        sentence(
                            "Нұсқама мен оның электрондық түпнұсқасы; жеткізілгенін растайтын құжат.",
                            "Предписание и его электронный подлинник; документ о доставке.",
                            "The prescription and its electronic original; the proof of delivery.",
                        ),
                    ),
                ),
                ("896(1)", Words("Қол қоюшы", "Подписал", "Signed by"), signature_lines()),
            )
        ),
        figures=(
            Figure(
                Words("Өндірілетін сома", "Взыскиваемая сумма", "To be collected"),
                money(standing.sum_tiyn - standing.paid_tiyn),
            ),
            Figure(Words("МТНБ", "ГРНЗ", "Number plate"), act.vehicle.plate),
        ),
        draft=True,
    )


def _enforcement_terms(file: CaseFile) -> tuple[Line, ...]:
    act, standing = acted(file)
    year = standing.year_until_us
    return (
        known(
            Words("Тиісінше жеткізілген күні", "День надлежащей доставки", "Properly delivered on"),
            None if standing.delivered_us is None else on_day(standing.delivered_us),
        ),
        known(
            Words("Заңды күшіне енген күні", "День вступления в законную силу", "In force since"),
            file.since("IN_FORCE"),
        ),
        known(
            Words(
                f"Ерікті төлеудің ({act.terms.payment_days} тәулік) соңғы күні",
                f"Последний день добровольной уплаты ({act.terms.payment_days} суток)",
                f"Last day of voluntary payment ({act.terms.payment_days} days)",
            ),
            None if standing.pay_until_us is None else last_day(standing.pay_until_us),
        ),
        known(
            Words("Осы хатты жіберудің соңғы күні", "Последний день направления", "Last day to hand over"),
            file.until("HAND_OVER"),
        ),
        known(
            Words(
                "Орындаудың соңғы күні (890-бап)",
                "Последний день исполнения (ст. 890)",
                "Last day of execution (art. 890)",
            ),
            None if year is None else last_day(year),
        ),
    )


def _unpaid(file: CaseFile) -> tuple[Line, ...]:
    _, standing = acted(file)
    return (
        line(Words("Салынған айыппұл", "Наложенный штраф", "The fine imposed"), sum_of(standing.sum_tiyn)),
        line(Words("Төленгені", "Уплачено", "Paid"), sum_of(standing.paid_tiyn)),
        line(Words("Төленбегені", "Не уплачено", "Not paid"), sum_of(standing.sum_tiyn - standing.paid_tiyn)),
    )


def _proof(file: CaseFile) -> tuple[Line, ...]:
    on = on_day(file.now_us)
    if not file.payments:
        return (
            sentence(
                f"{on.kk} ж. жағдай бойынша осы нұсқамаға қатысты бірде-бір төлем түскен жоқ.",
                f"По состоянию на {on.ru} по этому предписанию не поступило ни одного платежа.",
                f"As of {on.en} no payment has come in for this prescription.",
            ),
        )
    lines = tuple(
        line(
            Words(f"{one.receipt} төлемі", f"Платёж {one.receipt}", f"Payment {one.receipt}"),
            same(f"{on_day(one.paid_us).kk}, {money(one.tiyn)}"),
        )
        for one in file.payments
    )
    return (
        sentence(
            f"{on.kk} ж. жағдай бойынша тек мына төлемдер түсті:",
            f"По состоянию на {on.ru} поступили только эти платежи:",
            f"As of {on.en} only these payments have come in:",
        ),
        *lines,
    )
