"""Complaints and protests against a prescription: accepted, and decided. The superior body decides, not the centre's.

Source: 826-2 to 826-4, 811(4); brief §3.2, §15.1(4): a prescription is upheld or cancelled, and never changed.
"""

from adjudication.calendar import civil_day
from adjudication.happenings import What
from dashboards.render.casefile import CaseFile, Happened, acted, last_day, unfit
from dashboards.render.document import Document, Line, blank, known, line, sentence
from dashboards.render.resolutions import BY_CHAPTER, NOTHING_TO_PAY, Resolution, boxes, filed, refund, resolved, under
from dashboards.render.wording import Words, sum_of

CONTESTS: tuple[What, ...] = ("complaint", "protest", "protest-shortened")
"""What the superior body decides; a court's own papers are the court's."""
_SUSPENDED = sentence(
    "Шағым (наразылық) шешілгенге дейін айыппұл өндірілмейді.",
    "До решения по жалобе (протесту) штраф не взыскивается.",
    "Until the complaint (protest) is decided, the fine is not collected.",
)
_HALF_PAID = sentence(
    "Айыппұлдың 50 %-ы мерзімінде төленген; қысқартылған іс жүргізу күшінде қалса, басқа төлем талап етілмейді "
    "(811-бап).",
    "50 % штрафа уплачены в срок; если сокращённое производство остаётся в силе, иной уплаты не требуется (ст. 811).",
    "Half the fine was paid in time; if the shortened procedure stands, nothing more is to be paid (art. 811).",
)


def contest_determination(file: CaseFile) -> Document:
    """A complaint or protest is accepted; where its time has not begun, it is held until then (826-2(2)).

    Raises:
        Invalid: `document-unfit`, none is held or considered that a superior body decides.
    """
    _, standing = acted(file)
    contest = file.last(*CONTESTS)
    if standing.contest not in CONTESTS or contest is None:
        raise unfit("contest-determination")
    held = standing.state != "APPEALED"
    when = (
        sentence(
            "Шағым беру мерзімі басталғанға дейін сақталады, содан кейін бірден қаралады (826-2-баптың 2-бөлігі).",
            "Хранится до начала срока обжалования и рассматривается сразу после него (ч. 2 ст. 826-2).",
            "It is held until its time begins and considered then at once (art. 826-2(2)).",
        )
        if held
        else known(
            Words("Қараудың соңғы күні", "Последний день рассмотрения", "To be decided by"), file.until("DECISION")
        )
    )
    accepted = sentence(
        "Қарауға қабылдансын. Шешім шығарылғанға дейін нұсқаманың орындалуы тоқтатыла тұрады (826-2-баптың 4-бөлігі).",
        "Принять к рассмотрению. До вынесения решения исполнение предписания приостанавливается (ч. 4 ст. 826-2).",
        "Accepted. Until it is decided, execution of the prescription is suspended (art. 826-2(4)).",
    )
    about = Resolution(
        kind="contest-determination",
        title=Words(
            "Шағымды (наразылықты) қарауға қабылдау туралы ұйғарым",
            "Определение о принятии жалобы (протеста) к рассмотрению",
            "Determination on accepting a complaint (protest)",
        ),
        superior=True,
        source="826-2(2), (4)",
        grounds=(filed(contest),),
        operative=(accepted, when),
        appeal=BY_CHAPTER,
        payment=(_SUSPENDED,),
    )
    return resolved(file, about)


def contest_decision(file: CaseFile) -> Document:
    """What the superior body decides on a complaint or protest: open while it is considered, filled in afterwards.

    Raises:
        Invalid: `document-unfit`, nothing is considered or was decided by the superior body.
    """
    contest, outcome = contested(file)
    if contest is None:
        raise unfit("contest-decision")
    about = Resolution(
        kind="contest-decision",
        title=Words(
            "Нұсқамаға жасалған шағым (наразылық) бойынша қаулы",
            "Постановление по жалобе (протесту) на предписание",
            "Decision on a complaint (protest) against a prescription",
        ),
        superior=True,
        source="826-4(1)",
        grounds=(filed(contest),),
        operative=_contest_outcome(outcome),
        appeal=_to_court(file),
        payment=_payment_after(file, outcome),
    )
    return resolved(file, about)


def contested(file: CaseFile) -> tuple[Happened | None, Happened | None]:
    """The contest a superior body considers or has decided, and its decision; none where there is none."""
    if file.standing is None:
        return None, None
    last = file.last(*CONTESTS, "court", "upheld", "cancelled")
    if last is None or last.what == "court":
        return None, None
    if last.what in CONTESTS:
        return (last, None) if file.standing.state == "APPEALED" else (None, None)
    before = [one for one in file.happened[: file.happened.index(last)] if one.what in (*CONTESTS, "court")]
    return (before[-1], last) if before and before[-1].what in CONTESTS else (None, None)


def _contest_outcome(outcome: Happened | None) -> tuple[Line, ...]:
    upheld = Words(
        "Нұсқама өзгеріссіз, шағым (наразылық) қанағаттандырусыз қалдырылсын.",
        "Предписание оставить без изменения, жалобу (протест) — без удовлетворения.",
        "The prescription is upheld, the complaint (protest) dismissed.",
    )
    cancelled = Words(
        "Нұсқаманың күші жойылсын, іс бойынша іс жүргізу тоқтатылсын.",
        "Предписание отменить, производство по делу прекратить.",
        "The prescription is cancelled and the proceedings are terminated.",
    )
    if outcome is not None:
        chosen = upheld if outcome.what == "upheld" else cancelled
        return (Line(chosen), under(outcome))
    anew = Words(
        "Нұсқаманың күші жойылып, іс бойынша жаңа қаулы шығарылсын.",
        "Предписание отменить и вынести по делу новое постановление.",
        "The prescription is cancelled and a new decision taken.",
    )
    return (
        *boxes(upheld, cancelled, anew),
        blank(Words("Негіздері (741-бап)", "Основания (ст. 741)", "Grounds (art. 741)"), rules=2),
    )


def _to_court(file: CaseFile) -> tuple[Line, ...]:
    _, standing = acted(file)
    days = file.law.term("COURT", civil_day(file.now_us)).days
    to_court = sentence(
        f"Осы қаулыға {days} тәулік ішінде сотқа шағым жасалуы мүмкін (826-4-бап). Тәулікке жұмыс күні емес күндер "
        "кірмейді (739-бап).",
        f"Настоящее постановление может быть обжаловано в суд в течение {days} суток (ст. 826-4). Нерабочие дни в "
        "сутки "
        "не входят (ст. 739).",
        f"This decision may be appealed to the court within {days} days (art. 826-4). Non-working days are not counted "
        "(art. 739).",
    )
    until = standing.court_until_us
    last = known(Words("Соңғы күні", "Последний день", "Last day"), None if until is None else last_day(until))
    return (to_court, last)


def _payment_after(file: CaseFile, outcome: Happened | None) -> tuple[Line, ...]:
    """The sum that stands with its last day, or what goes back."""
    _, standing = acted(file)
    if outcome is not None and outcome.what == "cancelled":
        return (NOTHING_TO_PAY, *refund(file))
    if not standing.sum_tiyn:
        return (NOTHING_TO_PAY,)
    if standing.settled_us is not None:
        return (_HALF_PAID,)
    if outcome is None or standing.pay_until_us is None:
        days = standing.terms.payment_days
        last = sentence(
            f"Нұсқама күшінде қалса, айыппұл заңды күшіне енген күннен бастап {days} тәулік ішінде төленеді (893-бап).",
            f"Если предписание оставлено в силе, штраф уплачивается в течение {days} суток со дня вступления в "
            "законную "
            "силу (ст. 893).",
            f"If the prescription stands, the fine is to be paid within {days} days of its entry into force (art. "
            "893).",
        )
    else:
        last = line(Words("Соңғы күні", "Последний день", "Last day"), last_day(standing.pay_until_us))
    return (line(Words("Айыппұл", "Штраф", "The fine"), sum_of(standing.sum_tiyn)), last)
