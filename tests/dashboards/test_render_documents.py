"""The documents beside the prescription: every field that the law wants, in both languages, and only where they fit."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date

import msgspec
import pytest

from adjudication.answers import DeviceAnswer, NoRecord
from adjudication.errors import Invalid
from adjudication.facts import Measurement
from adjudication.messages import SectionEntry, SectionRun
from adjudication.states import State
from dashboards.render.casefile import CaseFile
from dashboards.render.document import Kind
from dashboards.render.layout import DRAFT, READING, render
from dashboards.render.offered import DRAWN, offered
from dashboards.render.protocol import protocol
from dashboards.render.receipt import due_tiyn, receipt
from tests import samples
from tests.casefiles import WRITTEN, Course, at, carrier, every, kind_of, military, referred, sample_act, written
from tests.papers import bare, missing, text_of

FILES = every()
DECISION = (
    ("Шығарған лауазымды адам", "Кем вынесено"),
    ("Қаралған күні мен орны", "Дата и место рассмотрения"),
    ("Үлгіқызы Әсем", "Примерова Асем"),
    ("Іс жүргізу тілі", "Язык производства"),
    ("ҚР ӘҚБтК 592-бабының 1-бөлігі", "часть 1 статьи 592 КоАП РК"),
    ("Анықталған мән-жайлар", "Установленные обстоятельства"),
    ("Шешім", "Решение"),
    ("Шағым жасау", "Обжалование"),
    ("Төлеу мерзімі мен тәртібі", "Срок и порядок уплаты"),
    ("Куәландыру", "Удостоверение"),
)
"""What 822(1) and 822(4) want of a decision."""
PROTOCOL = (
    ("Жасалған күні мен орны", "Дата и место составления"),
    ("Лауазымы, тегі, аты-жөнінің бас әріптері", "Должность, фамилия, инициалы"),
    ("Құқық бұзушылық", "Правонарушение"),
    ("Күні мен уақыты (UTC+5): 06.04.2026 08:00:00", "Дата и время (UTC+5): 06.04.2026 08:00:00"),
    ("Орны: Абай даңғылы", "Место: проспект Абая"),
    ("Мәні:", "Существо:"),
    ("Бабы: ҚР ӘҚБтК", "Статья: часть"),
    ("Куәлар мен жәбірленушілер", "Свидетели и потерпевшие"),
    ("Тұлғаның түсініктемесі", "Объяснение лица"),
    ("Техникалық құрал", "Техническое средство"),
    ("Сериялық нөмірі: SN-0001", "Серийный номер: SN-0001"),
    ("Істің қаралатын уақыты мен орны", "Время и место рассмотрения дела"),
    (
        "Хаттама дереу, кешіктірмегенде мына күні жасалады (806-бап): 09.04.2026",
        "Протокол составляется немедленно, не позднее (ст. 806): 09.04.2026",
    ),
    ("1-қосымша: фотосурет", "Приложение 1: фотоснимок"),
    ("Іс жүргізу тілі", "Язык производства"),
    ("құқықтарым мен міндеттерім", "разъяснены права и обязанности"),
    ("Іс қозғалған тұлғаның (өкілінің) қолы", "Подпись лица (его представителя)"),
    ("Куәлар мен жәбірленушілердің қолдары", "Подписи свидетелей и потерпевших"),
    ("Қол қоюдан бас тарту туралы белгі", "Отметка об отказе от подписи"),
    ("ҚСжАЕК ақпараттық сервисі", "информационный сервис КПСиСУ"),
)
"""What 803(2) to 803(8) want of every protocol."""
PERSON = (
    ("Тегі, аты, әкесінің аты:", "Фамилия, имя, отчество:"),
    ("Туған күні:", "Дата рождения:"),
    ("Тұрғылықты жері:", "Место жительства:"),
    ("Жеке басын куәландыратын құжат:", "Документ, удостоверяющий личность:"),
    ("ЖСН:", "ИИН:"),
    ("Жұмыс орны:", "Место работы:"),
    ("Телефоны, электрондық поштасы:", "Телефон, электронная почта:"),
)
FIRM = (
    ("Атауы: «Үлгі Тасымал» ЖШС", "Наименование: ТОО «Улги Тасымал»"),
    ("Орналасқан жері: Алматы, Үлгі көшесі 1", "Место нахождения: Алматы, Үлгі көшесі 1"),
    ("Мемлекеттік тіркеу нөмірі мен күні:", "Номер и дата государственной регистрации:"),
    ("БСН: 070640013540", "БИН: 070640013540"),
    ("Банк деректемелері:", "Банковские реквизиты:"),
    ("Телефоны, электрондық поштасы:", "Телефон, электронная почта:"),
)
VERIFIED = (
    ("Салыстырып тексеру сертификаты: № RK-06-02-210314", "Свидетельство о поверке: № RK-06-02-210314"),
    ("Берілген күні: 20.07.2025", "Дата поверки: 20.07.2025"),
    ("Жарамды мерзімі: 20.07.2027 дейін", "Действительно до: 20.07.2027"),
)
HALF = (
    "10 812,50 ₸ (он мың сегіз жүз он екі теңге елу тиын)",
    "10 812,50 ₸ (десять тысяч восемьсот двенадцать тенге пятьдесят тиынов)",
)
WHOLE = (
    "21 625 ₸ (жиырма бір мың алты жүз жиырма бес теңге)",
    "21 625 ₸ (двадцать одна тысяча шестьсот двадцать пять тенге)",
)
LEFT = ("16 625 ₸ (он алты мың алты жүз жиырма бес теңге)", "16 625 ₸ (шестнадцать тысяч шестьсот двадцать пять тенге)")
BACK = ("Қайтарылуға тиіс: 5 000 ₸ (бес мың теңге)", "Подлежит возврату: 5 000 ₸ (пять тысяч тенге)")
WANTED: dict[str, tuple[tuple[str, str], ...]] = {
    "receipt": (
        ("Төлеуші", "Плательщик"),
        ("ЖСН: 900101300017", "ИИН: 900101300017"),
        HALF,
        ("Соңғы күні: 15.04.2026", "Последний день: 15.04.2026"),
        WHOLE,
        ("06.04.2026 № 11-2026-000000001 нұсқама", "предписание № 11-2026-000000001 от 06.04.2026"),
        ("Бенефициар (айыппұлды алушы)", "Бенефициар (получатель штрафа)"),
        ("Жеке сәйкестендіру коды (ЖСК):", "Индивидуальный идентификационный код (ИИК):"),
    ),
    "receipt-late": (
        WHOLE,
        ("Соңғы күні: 29.06.2026", "Последний день: 29.06.2026"),
        ("Төленгені: 5 000 ₸ (бес мың теңге)", "Уплачено: 5 000 ₸ (пять тысяч тенге)"),
        LEFT,
    ),
    "protocol": (
        *PROTOCOL,
        *PERSON,
        (
            "Тізілім бойынша меншік иесі (иеленушісі): Үлгіқызы Әсем",
            "Собственник (владелец) по реестру: Примерова Асем",
        ),
        ("қарсы бағыттағы жолаққа шықты", "выехало на сторону встречного движения"),
    ),
    "protocol-military": (
        *PROTOCOL,
        *PERSON,
        *VERIFIED,
        ("ЖСН: 900101300017", "ИИН: 900101300017"),
        ("21 км/сағ", "21 км/ч"),
    ),
    "protocol-carrier": (*PROTOCOL, *FIRM),
    "protocol-investor": (
        *PROTOCOL,
        *FIRM,
        ("прокурордың алдын ала келісімі", "предварительное согласие прокурора"),
        ("Прокурор келісімінің нөмірі мен күні:", "Номер и дата согласия прокурора:"),
    ),
    "forwarding-letter": (
        ("Соттың атауы:", "Наименование суда:"),
        ("жүргізу құқығынан алты айға айыру", "лишение права управления на шесть месяцев"),
        ("3 тәулік ішінде жіберіледі", "в течение 3 суток"),
        (
            "Жауаптылыққа тарту мерзімінің соңғы күні (62-бап): 06.06.2026",
            "Последний день срока давности (ст. 62): 06.06.2026",
        ),
        ("2-қосымша: құрылғының қол қойылған жазбасы", "Приложение 2: подписанная запись устройства"),
        ("Лауазымы, тегі, аты-жөнінің бас әріптері:", "Должность, фамилия, инициалы:"),
    ),
    "forwarding-letter-weight": (
        ("Көлік бақылауы органы:", "Орган транспортного контроля:"),
        ("Өлшенген жалпы салмағы: 43000 кг", "Измеренная общая масса: 43000 кг"),
        ("Асыру шамасы: 2600 кг", "Величина превышения: 2600 кг"),
        *VERIFIED,
        (
            "Нұсқаманы жіберудің соңғы күні (822-1-бап): 20.04.2026",
            "Последний день отправки предписания (ст. 822-1): 20.04.2026",
        ),
        ("Үлгіқызы Әсем", "Примерова Асем"),
    ),
    "immunity-letter": (
        ("Бас прокуратурасына", "В Генеральную прокуратуру Республики Казахстан"),
        ("Сыртқы істер министрлігі", "Министерство иностранных дел"),
        ("ҚР ӘҚБтК 592-бабының 2-бөлігі", "часть 2 статьи 592 КоАП РК"),
        ("Өкілдік (ұйым), мемлекет:", "Представительство (организация), государство:"),
        ("Иммунитеттен бас тарту", "об отказе от иммунитета"),
        ("Оған дейін іс қозғалмайды", "До этого дело не возбуждается"),
        *VERIFIED,
        (
            "Жауаптылыққа тарту мерзімінің соңғы күні (62-бап): 06.06.2026",
            "Последний день срока давности (ст. 62): 06.06.2026",
        ),
        ("2-қосымша: құрылғының қол қойылған жазбасы", "Приложение 2: подписанная запись устройства"),
    ),
    "enforcement-letter": (
        ("жеке сот орындаушыларының өңірлік палатасы", "региональная палата частных судебных исполнителей"),
        ("06.04.2026 № 11-2026-000000001 нұсқама", "Предписание № 11-2026-000000001 от 06.04.2026"),
        ("Борышкер", "Должник"),
        ("Тиісінше жеткізілген күні: 06.04.2026", "День надлежащей доставки: 06.04.2026"),
        ("Заңды күшіне енген күні: 15.05.2026", "День вступления в законную силу: 15.05.2026"),
        (
            "Ерікті төлеудің (30 тәулік) соңғы күні: 29.06.2026",
            "Последний день добровольной уплаты (30 суток): 29.06.2026",
        ),
        ("Осы хатты жіберудің соңғы күні: 14.07.2026", "Последний день направления: 14.07.2026"),
        ("Орындаудың соңғы күні (890-бап): 15.05.2027", "Последний день исполнения (ст. 890): 15.05.2027"),
        LEFT,
        (
            "01.07.2026 ж. жағдай бойынша тек мына төлемдер түсті",
            "По состоянию на 01.07.2026 поступили только эти платежи",
        ),
        ("pay-1 төлемі: 20.04.2026, 5 000 ₸", "Платёж pay-1: 20.04.2026, 5 000 ₸"),
    ),
    "contest-letter": (
        ("Жоғары тұрған органның атауы:", "Наименование вышестоящего органа:"),
        ("Түскені: шағым, 30.04.2026, № in-17", "Поступило: жалоба, 30.04.2026, № in-17"),
        ("06.04.2026 № 11-2026-000000001", "№ 11-2026-000000001 от 06.04.2026"),
        ("Үлгіқызы Әсем", "Примерова Асем"),
        ("3 тәулік ішінде жіберіледі", "в течение 3 суток"),
        ("Жіберудің соңғы күні: 06.05.2026", "Последний день направления: 06.05.2026"),
        ("Қараудың соңғы күні: 22.05.2026", "Последний день рассмотрения: 22.05.2026"),
        ("орындалуы тоқтатыла тұрады", "исполнение предписания приостановлено"),
    ),
    "contest-determination": (
        *DECISION,
        ("Түскені: шағым, 30.04.2026, № in-17", "Поступило: жалоба, 30.04.2026, № in-17"),
        ("тоқтатыла тұрады", "исполнение предписания приостанавливается"),
        ("Қараудың соңғы күні: 22.05.2026", "Последний день рассмотрения: 22.05.2026"),
    ),
    "contest-decision": (
        *DECISION,
        ("☐ Нұсқама өзгеріссіз", "☐ Предписание оставить без изменения"),
        ("☐ Нұсқаманың күші жойылсын, іс", "☐ Предписание отменить, производство"),
        ("☐ Нұсқаманың күші жойылып, іс бойынша жаңа", "☐ Предписание отменить и вынести"),
        ("10 тәулік ішінде сотқа", "в суд в течение 10 суток"),
        WHOLE,
    ),
    "contest-decision-upheld": (
        *DECISION,
        ("Нұсқама өзгеріссіз", "Предписание оставить без изменения"),
        ("№ out-9, 12.05.2026", "№ out-9 от 12.05.2026"),
        ("Соңғы күні: 26.05.2026", "Последний день: 26.05.2026"),
        ("Соңғы күні: 24.06.2026", "Последний день: 24.06.2026"),
    ),
    "contest-decision-cancelled": (
        *DECISION,
        ("іс жүргізу тоқтатылсын", "производство по делу прекратить"),
        ("Айыппұл төленбейді", "Штраф уплате не подлежит"),
        BACK,
    ),
    "statement-determination": (
        *DECISION,
        ("заңсыз иеліктен шығарылғаны", "о противоправном выбытии"),
        ("мәжбүрлеп орындатуға жіберілмейді", "на принудительное исполнение не направляется"),
    ),
    "release-decision": (
        *DECISION,
        ("жауаптылықтан босатылсын (31-баптың 3-бөлігі)", "освободить от ответственности (ч. 3 ст. 31)"),
        ("№ out-4, 14.04.2026", "№ out-4 от 14.04.2026"),
        BACK,
    ),
    "put-off-determination": (
        *DECISION,
        ("рұқсат етілсін: бөліп төлеу", "разрешить: рассрочка уплаты"),
        ("Бөліктердің мөлшері мен күндері:", "Размер и дни частей:"),
        ("Толық төлеудің соңғы күні: 31.07.2026", "Последний день полной уплаты: 31.07.2026"),
    ),
    "correction-determination": (
        *DECISION,
        ("№ out-9, 12.05.2026", "№ out-9 от 12.05.2026"),
        ("Қате жазылғаны:", "Указано ошибочно:"),
        ("Дұрысы:", "Следует читать:"),
        ("3 тәулік ішінде шешіледі", "решается в течение 3 суток"),
        ("мәнін, айыппұлдың мөлшерін", "не меняет существа постановления"),
    ),
    "correction-determination-limitation": (
        *DECISION,
        ("Түзетілетін қаулының нөмірі мен күні:", "Номер и дата исправляемого постановления:"),
    ),
    "limitation-decision": (
        *DECISION,
        ("741-баптың 1-бөлігінің 5-тармақшасы", "подпункт 5 части 1 статьи 741"),
        ("Нұсқама жіберілген күн: 06.04.2026", "Предписание направлено: 06.04.2026"),
        ("Ескіру мерзімінің соңғы күні: 06.06.2026", "Последний день срока давности: 06.06.2026"),
    ),
    "limitation-decision-stopped": (
        *DECISION,
        ("20.04.2026–30.04.2026 аралығында", "С 20.04.2026 по 30.04.2026"),
        ("12.05.2026–13.05.2026 аралығында", "С 12.05.2026 по 13.05.2026"),
    ),
}
"""By the name of its case: what must stand there, in Kazakh and in Russian."""


def drawn(name: str) -> bytes:
    return render(DRAWN[kind_of(name)](FILES[name]))


def test_there_is_a_case_for_each_document_and_something_wanted_of_each() -> None:
    assert set(WANTED) == set(FILES)
    assert {kind_of(name) for name in FILES} == set(DRAWN)


@pytest.mark.parametrize("name", FILES)
def test_every_field_of_the_law_stands_there_in_both_languages(name: str) -> None:
    text = text_of(drawn(name))
    assert [words for pair in WANTED[name] for words in pair if bare(words) not in text] == []


@pytest.mark.parametrize("name", FILES)
def test_all_that_a_document_says_is_on_its_paper(name: str) -> None:
    document = DRAWN[kind_of(name)](FILES[name])
    assert missing(document, render(document)) == []
    english = render(document, ("en",))
    assert missing(document, english, ("en",)) == []
    assert bare(READING.en) in text_of(english)


@pytest.mark.parametrize("name", FILES)
def test_what_a_document_says_is_what_people_have_reviewed(name: str) -> None:
    document = DRAWN[kind_of(name)](FILES[name])
    assert written(document) == (WRITTEN / f"{name}.txt").read_text(encoding="utf-8")


def test_no_reviewed_text_is_left_over() -> None:
    assert {path.stem for path in WRITTEN.iterdir()} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_what_a_person_signs_is_marked_as_a_draft_and_a_receipt_is_not(name: str) -> None:
    text = text_of(drawn(name))
    assert (bare(DRAFT.kk) in text) == (bare(DRAFT.ru) in text) == (kind_of(name) != "receipt")


def test_the_same_case_gives_the_same_bytes_in_any_process() -> None:
    source = (
        "import hashlib; from tests.dashboards import test_render_documents as t;"
        "print(*(hashlib.sha256(t.drawn(name)).hexdigest() for name in t.FILES))"
    )
    here = [hashlib.sha256(drawn(name)).hexdigest() for name in FILES]
    environment = os.environ | {"PYTHONHASHSEED": "1", "TZ": "Asia/Almaty"}
    run = subprocess.run(
        [sys.executable, "-c", source], env=environment, check=True, capture_output=True, text=True, timeout=100
    )
    assert run.stdout.split() == here


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("receipt", {"act", "receipt"}),
        ("protocol", {"protocol", "forwarding-letter"}),
        ("forwarding-letter-weight", {"forwarding-letter"}),
        ("enforcement-letter", {"act", "receipt", "enforcement-letter"}),
        ("immunity-letter", {"immunity-letter"}),
        ("contest-decision", {"act", "receipt", "contest-letter", "contest-determination", "contest-decision"}),
        ("contest-decision-upheld", {"act", "receipt", "contest-decision", "correction-determination"}),
        ("contest-decision-cancelled", {"act", "contest-decision", "correction-determination"}),
        ("statement-determination", {"act", "receipt", "statement-determination"}),
        ("release-decision", {"act", "release-decision", "correction-determination"}),
        ("put-off-determination", {"act", "receipt", "put-off-determination"}),
        ("limitation-decision", {"act", "receipt", "limitation-decision"}),
        ("correction-determination-limitation", {"act", "receipt", "limitation-decision", "correction-determination"}),
    ],
)
def test_a_case_allows_the_documents_of_its_state_and_no_other(name: str, allowed: set[Kind]) -> None:
    assert set(offered(FILES[name])) == allowed
    for kind in set(DRAWN) - allowed:
        with pytest.raises(Invalid, match="document-unfit"):
            DRAWN[kind](FILES[name])


def changed(file: CaseFile, **decision: object) -> CaseFile:
    assert file.decision is not None
    return replace(file, decision=msgspec.structs.replace(file.decision, **decision))


@pytest.mark.parametrize(
    ("file", "allowed"),
    [
        (changed(referred(), reason="NOT_AUTOMATIC_THEN"), ("protocol",)),
        (changed(referred(), reason="DIPLOMATIC"), ("immunity-letter",)),
        (changed(referred(), reason="FOREIGN_PLATE"), ()),
        (changed(referred(), route="reject", reason="OFFICER_REJECTED"), ()),
        (replace(referred(), decision=None), ()),
    ],
)
def test_a_protocol_goes_with_who_considers_it(file: CaseFile, allowed: tuple[Kind, ...]) -> None:
    assert offered(file) == allowed


def test_where_the_driver_is_punished_the_owner_is_not_named_in_his_place() -> None:
    (person,) = [item for item in protocol(referred()).items if item.number == 3]
    assert [line.value for line in person.lines[:-1]] == [None] * 7
    (known,) = [item for item in protocol(military()).items if item.number == 3]
    assert "Примерова Асем" in [line.value.ru for line in known.lines if line.value]
    assert carrier().decision is not None


def test_a_court_letter_names_no_other_body_and_others_name_no_court() -> None:
    assert "Соттыңатауы" not in text_of(render(DRAWN["forwarding-letter"](military())))
    assert bare("Орган военной полиции") in text_of(render(DRAWN["forwarding-letter"](military())))
    assert bare("Орган транспортного контроля") in text_of(render(DRAWN["forwarding-letter"](carrier())))


def test_a_warning_has_no_receipt() -> None:
    warning = sample_act(form="warning", part="602(1)", mci_count=0, sum_tiyn=0, discount_tiyn=None)
    assert offered(Course(warning).sent().file(at(4, 8))) == ("act",)


def test_before_delivery_a_receipt_has_terms_and_afterwards_days() -> None:
    course = Course()
    course.standing = msgspec.structs.replace(course.standing, state="SENT", sent_us=at(4, 6))
    text = text_of(render(receipt(course.file(at(4, 7)))))
    assert bare("7 суток со дня надлежащей доставки") in text
    assert bare("тиісінше жеткізілген күннен бастап 7 тәулік") in text
    assert "Последнийдень" not in text


@pytest.mark.parametrize(
    ("now_us", "due"),
    [(at(4, 8), 1_081_250), (at(4, 15, 23), 1_081_250), (at(4, 16, 0), 2_162_500), (at(6, 20), 2_162_500)],
)
def test_half_is_due_to_the_end_of_its_last_day_and_not_a_moment_longer(now_us: int, due: int) -> None:
    file = Course().sent().file(now_us)
    assert file.standing is not None
    assert due_tiyn(file.standing, now_us) == due


@pytest.mark.parametrize("state", ["SIGNED", "PAID_50", "PAID_FULL", "ENFORCED", "LAPSED", "TERMINATED", "CLOSED"])
def test_nothing_is_due_where_a_case_has_ended_or_nothing_was_sent(state: State) -> None:
    course = Course().sent()
    assert due_tiyn(msgspec.structs.replace(course.standing, state=state), at(4, 8)) == 0


def test_nothing_is_enforced_while_an_owners_statement_is_checked() -> None:
    file = Course().sent().told("theft", "kui-5", at(4, 9)).file(at(7, 1))
    assert file.state == "OVERDUE"
    assert "enforcement-letter" not in offered(file)
    denied = Course().sent().told("theft", "kui-5", at(4, 9)).told("statement-false", "out-2", at(4, 13)).file(at(7, 1))
    assert {"enforcement-letter", "statement-determination"} <= set(offered(denied))
    assert bare("в освобождении собственника от ответственности отказать") in text_of(
        render(DRAWN["statement-determination"](denied))
    )


def test_an_enforcement_letter_says_that_nothing_was_paid() -> None:
    text = text_of(render(DRAWN["enforcement-letter"](Course().sent().file(at(7, 1)))))
    assert bare("не поступило ни одного платежа") in text
    assert bare("осы нұсқамаға қатысты бірде-бір төлем түскен жоқ") in text


def test_a_complaint_that_came_early_is_held_and_not_decided() -> None:
    file = Course().sent().told("complaint", "in-1", at(4, 9)).file(at(4, 10))
    assert set(offered(file)) == {"act", "receipt", "contest-determination"}
    assert bare("Хранится до начала срока обжалования") in text_of(render(DRAWN["contest-determination"](file)))


def test_a_prescription_is_never_corrected_but_the_last_decision_on_it_is() -> None:
    assert "correction-determination" not in offered(Course().sent().file(at(4, 8)))
    course = Course().sent().told("complaint", "in-1", at(4, 30)).told("upheld", "out-1", at(5, 12))
    course.told("theft", "kui-5", at(5, 13)).told("statement-true", "out-4", at(5, 14))
    document = DRAWN["correction-determination"](course.file(at(5, 15)))
    assert bare("№ out-4 от 14.05.2026") in text_of(render(document))
    assert document.letterhead, "the body's own decision"
    assert not DRAWN["correction-determination"](FILES["correction-determination"]).letterhead


def test_what_was_held_goes_to_the_superior_body_when_its_time_has_begun() -> None:
    file = Course().sent().told("complaint", "in-1", at(4, 9)).file(at(5, 4))
    assert file.state == "APPEALED"
    assert bare("Последний день направления: 04.05.2026") in text_of(render(DRAWN["contest-letter"](file)))


def test_a_protest_on_half_the_sum_goes_another_way() -> None:
    course = Course().sent().paid(1_081_250, at(4, 9)).told("protest-shortened", "p-1", at(4, 20))
    assert "contest-letter" not in offered(course.file(at(4, 21)))


def test_a_courts_papers_are_the_courts() -> None:
    course = Course().sent().told("complaint", "in-1", at(4, 30)).told("upheld", "out-1", at(5, 12))
    course.told("court", "c-1", at(5, 20))
    assert set(offered(course.file(at(5, 21)))) == {"act", "receipt"}
    assert set(offered(course.told("cancelled", "c-2", at(5, 22)).file(at(5, 25)))) == {"act"}


def test_a_protest_against_the_shortened_procedure_asks_for_no_more_money() -> None:
    course = Course().sent().paid(1_081_250, at(4, 9)).told("protest-shortened", "p-1", at(4, 20))
    text = text_of(render(DRAWN["contest-decision"](course.file(at(4, 21)))))
    assert bare("50 % штрафа уплачены в срок") in text
    assert bare("прокурора на сокращённое производство") in text


def test_a_warning_may_be_contested_and_costs_nothing() -> None:
    warning = sample_act(form="warning", part="602(1)", mci_count=0, sum_tiyn=0, discount_tiyn=None)
    course = Course(warning).sent().told("complaint", "in-17", at(4, 30))
    assert bare("Штраф уплате не подлежит") in text_of(render(DRAWN["contest-decision"](course.file(at(5, 4)))))
    stated = Course(warning).sent().told("theft", "kui-5", at(4, 9)).file(at(4, 10))
    assert bare("Айыппұл төленбейді") in text_of(render(DRAWN["statement-determination"](stated)))


def test_what_was_paid_is_told_where_payment_is_put_off() -> None:
    course = Course().sent().paid(500_000, at(4, 20)).told("deferral", "in-8", at(5, 20), until_on=date(2026, 6, 15))
    text = text_of(render(DRAWN["put-off-determination"](course.file(at(5, 21)))))
    assert bare("Уплачено: 5 000 ₸ (пять тысяч тенге)") in text


def test_a_deferral_has_no_parts() -> None:
    file = Course().sent().told("deferral", "in-8", at(5, 20), until_on=date(2026, 6, 15)).file(at(5, 21))
    text = text_of(render(DRAWN["put-off-determination"](file)))
    assert bare("разрешить: отсрочка уплаты") in text
    assert "Размеридни" not in text
    assert "15.06.2026" in text


def test_an_act_that_was_never_sent_needs_no_decision_on_its_limitation() -> None:
    assert "limitation-decision" not in offered(Course().file(at(4, 7), state="TERMINATED", reason="LIMITATION"))


def run_through(entry_device: DeviceAnswer) -> CaseFile:
    """A car of the military police, by its average speed over a section."""
    file = military()
    assert file.decision is not None
    checked = file.decision.checked
    entry = SectionEntry(
        passage_id="e" * 32,
        event_id="f" * 32,
        event=samples.event(2, device_id="cam-0", captured_us=samples.CAPTURED_US - 120_000_000),
        plate=samples.passage().plate,  # type: ignore[arg-type]  # the sample has one
        vehicle=None,
        quality=(),
    )
    measured = Measurement(kind="section_speed", value_kmh100=9_000, error_kmh100=100, limit_kmh100=6_000)
    run = SectionRun(section=samples.SECTION, entry=entry, measurement=measured)
    answers = msgspec.structs.replace(checked.rounds[-1], entry_device=entry_device)
    passage = msgspec.structs.replace(checked.passage, section=run)
    return changed(file, checked=msgspec.structs.replace(checked, passage=passage, rounds=(answers,)), excess_kmh=29)


def test_a_protocol_on_an_average_speed_names_both_ends() -> None:
    entry = msgspec.structs.replace(samples.DEVICE, serial="SN-0000")
    text = text_of(render(protocol(run_through(entry))))
    for said in (
        "Средняя скорость на участке: 90 км/ч",
        "Длина участка: 3 000 ± 3 м",
        "На въезде:",
        "SN-0000",
        "SN-0001",
    ):
        assert bare(said) in text


def test_where_a_register_was_silent_a_protocol_leaves_room() -> None:
    silent = NoRecord(system="devices", asked_us=samples.CAPTURED_US, as_of_us=samples.CAPTURED_US)
    unknown_entry = text_of(render(protocol(run_through(silent))))
    assert bare("Средняя скорость на участке: 90 км/ч") in unknown_entry
    assert bare("Устройство на въезде, его серийный номер и поверка:") in unknown_entry
    file = military()
    assert file.decision is not None
    answers = msgspec.structs.replace(file.decision.checked.rounds[-1], device=silent, vehicle=None, liable=None)
    nobody = changed(file, checked=msgspec.structs.replace(file.decision.checked, rounds=(answers,)))
    text = text_of(render(protocol(nobody)))
    assert bare("Наименование, серийный номер, номер, дата и срок поверки:") in text
    assert "Примерова" not in text
    assert "489AAC02" in text
    unverified = msgspec.structs.replace(samples.DEVICE, verification=None)
    answers = msgspec.structs.replace(file.decision.checked.rounds[-1], device=unverified)
    lapsed = changed(file, checked=msgspec.structs.replace(file.decision.checked, rounds=(answers,)))
    assert bare("Номер, дата и срок поверки:") in text_of(render(protocol(lapsed)))
    assert bare("Прилагаемые документы:") in text_of(render(protocol(replace(file, evidence=()))))
