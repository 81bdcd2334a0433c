"""The determination that mends a clerical error in a decision: a draft, for the official who took that decision.

Source: 825: slips and misprints, without touching the substance; decided in three days, copies sent in three more. It
speaks of decisions (постановления): a prescription is never corrected (brief §15.1(4)).
"""

from dataclasses import replace

from adjudication.calendar import civil_day
from adjudication.happenings import BORNE_OUT
from dashboards.render.casefile import CaseFile, Happened, unfit
from dashboards.render.contests import contested
from dashboards.render.courses import over_by_limitation
from dashboards.render.document import Document, Line, blank, sentence
from dashboards.render.resolutions import BY_CHAPTER, Resolution, resolved, under
from dashboards.render.wording import Words

_UNCHANGED = sentence(
    "Түзету шешімнің мәнін, айыппұлдың мөлшерін және төлеу мерзімін өзгертпейді.",
    "Исправление не меняет существа постановления, размера штрафа и срока уплаты.",
    "The correction changes neither what was decided nor the sum, nor when it is to be paid.",
)


def correction_determination(file: CaseFile) -> Document:
    """The determination on a clerical error in the last decision that was taken on the act.

    Raises:
        Invalid: `document-unfit`, no decision was taken: there is nothing that could be corrected.
        Unavailable: law data does not reach the day.
    """
    superior, told = _decision(file)
    today = civil_day(file.now_us)
    about = Resolution(
        kind="correction-determination",
        title=Words(
            "Қаулыдағы қате жазу мен қате басуды түзету туралы ұйғарым",
            "Определение об исправлении описок и опечаток в постановлении",
            "Determination on correcting a clerical error in a decision",
        ),
        superior=superior,
        source="825",
        grounds=(
            blank(_TAKEN) if told is None else replace(under(told), label=_TAKEN),
            blank(
                Words(
                    "Кімнің өтініші бойынша (немесе өз бастамасымен), түскен күні",
                    "По чьему заявлению (либо по своей инициативе), дата поступления",
                    "On whose request (or of one's own motion), received on",
                )
            ),
            _terms(file.law.term("TYPO", today).days, file.law.term("TYPO_SEND", today).days),
        ),
        operative=(
            blank(Words("Қате жазылғаны", "Указано ошибочно", "What is written in error"), rules=2),
            blank(Words("Дұрысы", "Следует читать", "It is to read"), rules=2),
        ),
        appeal=BY_CHAPTER,
        payment=(_UNCHANGED,),
    )
    return resolved(file, about)


_TAKEN = Words(
    "Түзетілетін қаулының нөмірі мен күні", "Номер и дата исправляемого постановления", "Number and day of the decision"
)


def _decision(file: CaseFile) -> tuple[bool, Happened | None]:
    """The last decision on the act: whether the superior body took it, and its paper where somebody told of it.

    Raises:
        Invalid: `document-unfit`, there is none.
    """
    _, outcome = contested(file)
    released = [file.last(what) for what in BORNE_OUT]
    told = [one for one in (outcome, *released) if one is not None]
    if told:
        last = max(told, key=lambda one: one.at_us)
        return last is outcome, last
    if file.state == "TERMINATED" and over_by_limitation(file):
        return False, None
    raise unfit("correction-determination")


def _terms(days: int, to_send: int) -> Line:
    return sentence(
        f"Түзету туралы мәселе {days} тәулік ішінде шешіледі, ұйғарымның көшірмесі шығарылғаннан кейін {to_send} "
        "тәулік ішінде жіберіледі; тәулікке жұмыс күні емес күндер кірмейді (739, 825-баптар).",
        f"Вопрос об исправлении решается в течение {days} суток, копия определения направляется в течение {to_send} "
        "суток после вынесения; нерабочие дни в сутки не входят (ст. 739, 825).",
        f"It is decided within {days} days, and a copy is sent within {to_send} days of that; non-working days are not "
        "counted (art. 739, 825).",
    )
