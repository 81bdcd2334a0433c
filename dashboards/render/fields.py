"""What a prescription must say, in Kazakh and Russian, as data: the numbers are the items of art. 822-1(1).

Each item has a heading and lines; a line is a label with a value, or a sentence. Item 10 (the signature) says how the
document is certified: the signature itself is a file, which the QR code and the evidence pack lead to.
"""

from dataclasses import dataclass
from datetime import date

from adjudication import codec
from adjudication.errors import Invalid
from adjudication.protocol import Act, ActDevice
from adjudication.terms import DeliveryTerms
from dashboards.render.wording import Pair, article, day, instant, metres, money, speed


@dataclass(frozen=True, slots=True)
class Line:
    """`label` is empty for a sentence."""

    label: Pair
    value: Pair


@dataclass(frozen=True, slots=True)
class Item:
    """One item of art. 822-1(1)."""

    number: int
    heading: Pair
    lines: tuple[Line, ...]


def items(act: Act, delivered: DeliveryTerms | None) -> tuple[Item, ...]:
    """All ten items. `delivered` gives the last days once delivery is known; before it there are only terms.

    Raises:
        Invalid: `form-not-rendered`, a protocol has other items (803(2)).
    """
    if act.form == "protocol":
        raise Invalid("form-not-rendered", "a protocol has the items of 803(2), not those of 822-1(1)")
    return (
        Item(1, Pair("Нұсқаманы шығарған орган", "Орган, вынесший предписание"), _body(act)),
        Item(2, Pair("Жауаптылыққа тартылатын тұлға", "Лицо, привлекаемое к ответственности"), _addressee(act)),
        Item(3, Pair("Көлік құралы", "Транспортное средство"), _vehicle(act)),
        Item(4, Pair("Құқық бұзушылық", "Правонарушение"), _offence(act)),
        Item(
            5, Pair("Автоматты түрде тіркелген көрсеткіштер", "Автоматически зафиксированные показания"), _reading(act)
        ),
        Item(6, Pair("Техникалық құрал", "Техническое средство"), _device(act)),
        Item(7, Pair("Әкімшілік жаза", "Административное взыскание"), _penalty(act)),
        Item(8, Pair("Төлеу мерзімдері", "Сроки уплаты"), _terms(act, delivered)),
        Item(9, Pair("Шағым жасау тәртібі мен мерзімі", "Порядок и срок обжалования"), _appeal(act, delivered)),
        Item(10, Pair("Электрондық цифрлық қолтаңба", "Электронная цифровая подпись"), _signature(act)),
    )


def _line(label_kk: str, label_ru: str, value: str, value_ru: str | None = None) -> Line:
    return Line(Pair(label_kk, label_ru), Pair(value, value if value_ru is None else value_ru))


def _sentence(kk: str, ru: str) -> Line:
    return Line(Pair("", ""), Pair(kk, ru))


def _body(act: Act) -> tuple[Line, ...]:
    body = act.body
    return (
        _line("Атауы", "Наименование", body.name_kk, body.name_ru),
        _line("Орналасқан жері", "Место нахождения", body.location_kk, body.location_ru),
    )


def _addressee(act: Act) -> tuple[Line, ...]:
    person = act.addressee
    if person.kind == "legal_person":
        return (
            _line("Атауы, ұйымдық нысаны", "Наименование, организационная форма", person.name_kk, person.name_ru),
            _line("БСН", "БИН", person.number),
            _line("Орналасқан жері", "Место нахождения", person.address),
        )
    born = day(person.born_on) if person.born_on else "—"
    return (
        _line("Тегі, аты, әкесінің аты", "Фамилия, имя, отчество", person.name_kk, person.name_ru),
        _line("Туған күні", "Дата рождения", born),
        _line("ЖСН", "ИИН", person.number),
        _line("Тіркелген жері", "Место регистрации", person.address),
    )


def _vehicle(act: Act) -> tuple[Line, ...]:
    vehicle = act.vehicle
    return (
        _line("Маркасы, моделі", "Марка, модель", f"{vehicle.make} {vehicle.model}"),
        _line("Мемлекеттік тіркеу нөмірлік белгісі", "Государственный номерной знак", vehicle.plate),
    )


def _offence(act: Act) -> tuple[Line, ...]:
    named = article(act.part)
    return (
        _line("Күні мен уақыты (UTC+5)", "Дата и время (UTC+5)", instant(act.offence_us)),
        _line("Орны", "Место", act.place.title_kk, act.place.title_ru),
        _line("Мәні", "Существо", act.statement_kk, act.statement_ru),
        _line("Бабы", "Статья", named.kk, named.ru),
    )


def _reading(act: Act) -> tuple[Line, ...]:
    measured = act.measurement
    if measured is None:
        return (
            _sentence(
                "Факті фотосуретпен және мемлекеттік тізілімдердің мәліметтерімен расталған.",
                "Факт подтверждён фотоснимком и сведениями государственных реестров.",
            ),
        )
    per = Pair("км/сағ", "км/ч")

    def kmh(label_kk: str, label_ru: str, value: str) -> Line:
        return _line(label_kk, label_ru, f"{value} {per.kk}", f"{value} {per.ru}")

    value = speed(measured.value_kmh100)
    return (
        *_way(act),
        kmh("Учаскедегі орташа жылдамдық", "Средняя скорость на участке", value)
        if measured.kind == "section_speed"
        else kmh("Өлшенген жылдамдық", "Измеренная скорость", value),
        kmh("Өлшеу қателігі (шегерілді)", "Погрешность (вычтена)", speed(measured.error_kmh100)),
        kmh("Рұқсат етілген жылдамдық", "Разрешённая скорость", speed(measured.limit_kmh100)),
        kmh("Асыру шамасы", "Величина превышения", str(act.excess_kmh)),
    )


def _way(act: Act) -> tuple[Line, ...]:
    """Where and when the drive began whose average speed is meant, and how far it went; item 4 is its end."""
    run = act.section
    if run is None:
        return ()
    return (
        _line("Учаскенің басы", "Начало участка", run.entry.title_kk, run.entry.title_ru),
        _line("Учаскеге кірген уақыты (UTC+5)", "Въезд на участок (UTC+5)", instant(run.entered_us)),
        _line("Учаскенің ұзындығы", "Длина участка", f"{metres(run.length_mm)} ± {metres(run.length_error_mm)} м"),
    )


def _device(act: Act) -> tuple[Line, ...]:
    """The technical means; of an average speed both, the one at the end first."""
    if act.section is None:
        return _named(act.device)
    leaving, entry = _sentence("Шыға берісте:", "На выезде:"), _sentence("Кіре берісте:", "На въезде:")
    return (leaving, *_named(act.device), entry, *_named(act.section.device))


def _named(device: ActDevice) -> tuple[Line, ...]:
    named = (
        _line("Атауы", "Наименование", device.name),
        _line("Сериялық нөмірі", "Серийный номер", device.serial),
    )
    if device.verification is None:
        return named
    verified = device.verification
    return (
        *named,
        _line("Салыстырып тексеру сертификаты", "Свидетельство о поверке", f"№ {verified.number}"),
        _line("Берген зертхана", "Выдано лабораторией", verified.laboratory),
        _line("Берілген күні", "Дата поверки", day(verified.issued_on)),
        _line("Жарамды мерзімі", "Действительно до", f"{day(verified.valid_to)} дейін", day(verified.valid_to)),
    )


def _penalty(act: Act) -> tuple[Line, ...]:
    if act.form == "warning":
        return (_sentence("Ескерту.", "Предупреждение."),)
    product = f"{act.mci_count} × {money(act.mci_tiyn)} = {money(act.sum_tiyn)}"
    return (
        _line("Айыппұл", "Штраф", f"{act.mci_count} АЕК", f"{act.mci_count} МРП"),
        _line("Сомасы", "Сумма", product),
    )


def _terms(act: Act, delivered: DeliveryTerms | None) -> tuple[Line, ...]:
    considered = _sentence(
        f"Тиісінше жеткізілген күннен бастап {act.terms.considered_days} тәулік өткен соң іс қаралды деп есептеледі "
        "(817-бап). Тәулікке жұмыс күні емес күндер кірмейді (739-бап).",
        f"По истечении {act.terms.considered_days} суток со дня надлежащей доставки дело считается рассмотренным "
        "(ст. 817). Нерабочие дни в сутки не входят (ст. 739).",
    )
    if act.form == "warning":
        return (considered,)
    return (*_half(act, delivered), _full(act, delivered), considered)


def _half(act: Act, delivered: DeliveryTerms | None) -> tuple[Line, ...]:
    if act.discount_tiyn is None:
        return ()
    kk, ru = _until(delivered.discount_last_day_on if delivered else None)
    half, days = money(act.discount_tiyn), act.terms.discount_days
    return (
        _sentence(
            f"Қысқартылған іс жүргізу (811-бап): тиісінше жеткізілген күннен бастап {days} тәулік ішінде айыппұлдың "
            f"50 %-ы — {half} — толық төленсе, іс аяқталады{kk}.",
            f"Сокращённое производство (ст. 811): при уплате 50 % штрафа — {half} — полностью в течение {days} суток "
            f"со дня надлежащей доставки дело завершается{ru}.",
        ),
    )


def _full(act: Act, delivered: DeliveryTerms | None) -> Line:
    kk, ru = _until(delivered.payment_last_day_on if delivered else None)
    full, days = money(act.sum_tiyn), act.terms.payment_days
    return _sentence(
        f"Толық сома — {full} — нұсқама заңды күшіне енген күннен бастап {days} тәулік ішінде төленеді (893-бап){kk}.",
        f"Полная сумма — {full} — уплачивается в течение {days} суток со дня вступления предписания в законную силу "
        f"(ст. 893){ru}.",
    )


def _appeal(act: Act, delivered: DeliveryTerms | None) -> tuple[Line, ...]:
    kk, ru = _until(delivered.appeal_last_day_on if delivered else None)
    considered, appeal = act.terms.considered_days, act.terms.appeal_days
    return (
        _sentence(
            f"Шағым жоғары тұрған органға аталған {considered} тәулік өткеннен кейін {appeal} тәулік ішінде беріледі "
            f"(826-2-бап){kk}. Одан бұрын берілген шағым да қабылданады. Шағым нұсқаманың орындалуын тоқтата тұрады.",
            f"Жалоба подаётся в вышестоящий орган в течение {appeal} суток по истечении указанных {considered} суток "
            f"(ст. 826-2){ru}. Поданная раньше жалоба тоже принимается. Жалоба приостанавливает исполнение.",
        ),
        _sentence(
            "Сол сәтте көлік құралы басқа адамның иелігінде болса немесе заңсыз иеліктен шығарылса, осы туралы "
            "өтініш беріңіз: меншік иесі жауаптылықтан босатылады (31-баптың 3-бөлігі). Автоматты түрде қабылданған "
            "шешімді адамның қайта қарауын талап етуге құқығыңыз бар.",
            "Если транспортным средством владело другое лицо либо оно выбыло из владения незаконно, сообщите об этом: "
            "собственник освобождается от ответственности (ч. 3 ст. 31). Вы вправе потребовать, чтобы автоматическое "
            "решение пересмотрел человек.",
        ),
    )


def _until(last_day: date | None) -> tuple[str, str]:
    """The last day, where it is known, as it ends a sentence in each language."""
    if last_day is None:
        return "", ""
    return f"; соңғы күні — {day(last_day)}", f"; последний день — {day(last_day)}"


def _signature(act: Act) -> tuple[Line, ...]:
    digest = codec.digest(act)
    if act.decided_by == "officer":
        formed = _line("Растаған лауазымды тұлға", "Подтвердило должностное лицо", act.officer or "—")
    else:
        formed = _sentence("Нұсқама автоматты түрде қалыптастырылды.", "Предписание сформировано автоматически.")
    return (
        formed,
        _sentence(
            "Органның электрондық цифрлық қолтаңбасымен куәландырылды (822-1-баптың 3-бөлігі); қолтаңба осы құжаттың "
            "электрондық түпнұсқасына қойылған.",
            "Удостоверено электронной цифровой подписью органа (ч. 3 ст. 822-1); подписан электронный подлинник этого "
            "документа.",
        ),
        _line("Түпнұсқаның SHA-256", "SHA-256 подлинника", digest),
    )
