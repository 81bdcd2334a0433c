"""A prescription as data: its items are those of art. 822-1(1), under their numbers.

Item 10 (the signature) says how the document is certified: the signature itself is a file, which the QR code and the
evidence pack lead to.
"""

from collections.abc import Sequence
from datetime import date

from adjudication import codec
from adjudication.errors import Invalid
from adjudication.lawbook import Texts
from adjudication.protocol import Act
from adjudication.terms import DeliveryTerms
from dashboards.render.document import Document, Figure, Item, Line, Shot, line, sentence
from dashboards.render.fields import (
    addressee_lines,
    body_lines,
    device_lines,
    load_lines,
    offence_lines,
    penalty_lines,
    reading_lines,
    vehicle_lines,
    way_lines,
)
from dashboards.render.wording import Words, day, instant, money, same, sum_of


def prescription(
    act: Act,
    title: Texts,
    shots: Sequence[Shot],
    link: str,
    delivered: DeliveryTerms | None = None,
    *,
    stands: bool = True,
) -> Document:
    """The document. `title` is what the law calls it on the day it is formed (`Lawbook.title`); `delivered` gives the
    last days once delivery is known, before it there are only terms. What `stands` no more says so.

    Raises:
        Invalid: `document-unfit`, a protocol has other items (803(2)).
    """
    if act.form == "protocol":
        raise Invalid("document-unfit", "a protocol has the items of 803(2), not those of 822-1(1)")
    on = day(act.initiated_on)
    return Document(
        kind="act",
        title=Words(title.kk, title.ru, title.en),
        designation=Words(f"№ {act.number}, {on}", f"№ {act.number} от {on}", f"No. {act.number} of {on}"),
        reference=act.number,
        body=act.body,
        items=_items(act, delivered),
        foot=f"law {act.law_sha256[:16]} · policy {act.policy_sha256[:16]}",
        figures=_figures(act),
        link=link,
        shots=tuple(shots),
        caption=f"{instant(act.offence_us)} · {act.device.name}, № {act.device.serial}",
        plate=act.vehicle.plate,
        void=not stands,
    )


def _figures(act: Act) -> tuple[Figure, ...]:
    figures = [
        Figure(Words("МТНБ", "ГРНЗ", "Number plate"), act.vehicle.plate),
        Figure(Words("Уақыты", "Время", "Day"), instant(act.offence_us).split()[0]),
    ]
    if act.form == "prescription":
        figures.append(Figure(Words("Толық сома", "Полная сумма", "Whole sum"), money(act.sum_tiyn)))
    if act.discount_tiyn is not None:
        days = act.terms.discount_days
        label = Words(f"50 %: {days} тәулікте", f"50 %: в {days} суток", f"50 %: within {days} days")
        figures.append(Figure(label, money(act.discount_tiyn)))
    return tuple(figures)


def _items(act: Act, delivered: DeliveryTerms | None) -> tuple[Item, ...]:
    said = (
        (Words("Нұсқаманы шығарған орган", "Орган, вынесший предписание", "The body that issued it"), body_lines(act)),
        (
            Words("Жауаптылыққа тартылатын тұлға", "Лицо, привлекаемое к ответственности", "Who is held liable"),
            addressee_lines(act),
        ),
        (Words("Көлік құралы", "Транспортное средство", "The vehicle"), vehicle_lines(act)),
        (Words("Құқық бұзушылық", "Правонарушение", "The offence"), offence_lines(act)),
        (
            Words(
                "Автоматты түрде тіркелген көрсеткіштер",
                "Автоматически зафиксированные показания",
                "What was recorded automatically",
            ),
            _reading(act),
        ),
        (
            Words("Техникалық құрал", "Техническое средство", "The technical means"),
            _device(act),
        ),
        (Words("Әкімшілік жаза", "Административное взыскание", "The penalty"), penalty_lines(act)),
        (Words("Төлеу мерзімдері", "Сроки уплаты", "Terms of payment"), _terms(act, delivered)),
        (
            Words("Шағым жасау тәртібі мен мерзімі", "Порядок и срок обжалования", "How and until when to appeal"),
            _appeal(act, delivered),
        ),
        (
            Words("Электрондық цифрлық қолтаңба", "Электронная цифровая подпись", "Electronic digital signature"),
            _signature(act),
        ),
    )
    return tuple(Item(n, f"822-1(1) {n})", heading, lines) for n, (heading, lines) in enumerate(said, 1))


def _reading(act: Act) -> tuple[Line, ...]:
    if act.load is not None:
        return load_lines(act.load, act.excess_load)
    if act.measurement is None:
        return (
            sentence(
                "Факті фотосуретпен және мемлекеттік тізілімдердің мәліметтерімен расталған.",
                "Факт подтверждён фотоснимком и сведениями государственных реестров.",
                "The fact is borne out by a photograph and by what the state registers hold.",
            ),
        )
    way = () if act.section is None else way_lines(act.section)
    return (*way, *reading_lines(act.measurement, act.excess_kmh))


def _device(act: Act) -> tuple[Line, ...]:
    return device_lines(act.device, None if act.section is None else act.section.device)


def _terms(act: Act, delivered: DeliveryTerms | None) -> tuple[Line, ...]:
    days = act.terms.considered_days
    considered = sentence(
        f"Тиісінше жеткізілген күннен бастап {days} тәулік өткен соң іс қаралды деп есептеледі (817-бап). Тәулікке "
        "жұмыс күні емес күндер кірмейді (739-бап).",
        f"По истечении {days} суток со дня надлежащей доставки дело считается рассмотренным (ст. 817). Нерабочие дни в "
        "сутки не входят (ст. 739).",
        f"Once {days} days have passed since proper delivery, the case is deemed considered (art. 817). Non-working "
        "days are not counted (art. 739).",
    )
    if act.form == "warning":
        return (considered,)
    return (*_half(act, delivered), _full(act, delivered), considered)


def _half(act: Act, delivered: DeliveryTerms | None) -> tuple[Line, ...]:
    if act.discount_tiyn is None:
        return ()
    end = _until(delivered.discount_last_day_on if delivered else None)
    half, days = sum_of(act.discount_tiyn), act.terms.discount_days
    return (
        sentence(
            f"Қысқартылған іс жүргізу (811-бап): тиісінше жеткізілген күннен бастап {days} тәулік ішінде айыппұлдың "
            f"50 %-ы — {half.kk} — толық төленсе, іс аяқталады{end.kk}.",
            f"Сокращённое производство (ст. 811): при уплате 50 % штрафа — {half.ru} — полностью в течение {days} "
            f"суток со дня надлежащей доставки дело завершается{end.ru}.",
            f"Shortened procedure (art. 811): if 50 % of the fine — {half.en} — is paid in full within {days} days of "
            f"proper delivery, the case ends{end.en}.",
        ),
    )


def _full(act: Act, delivered: DeliveryTerms | None) -> Line:
    end = _until(delivered.payment_last_day_on if delivered else None)
    full, days = sum_of(act.sum_tiyn), act.terms.payment_days
    return sentence(
        f"Толық сома — {full.kk} — нұсқама заңды күшіне енген күннен бастап {days} тәулік ішінде төленеді "
        f"(893-бап){end.kk}.",
        f"Полная сумма — {full.ru} — уплачивается в течение {days} суток со дня вступления предписания в законную силу "
        f"(ст. 893){end.ru}.",
        f"The whole sum — {full.en} — is to be paid within {days} days of the prescription's entry into force "
        f"(art. 893){end.en}.",
    )


def _appeal(act: Act, delivered: DeliveryTerms | None) -> tuple[Line, ...]:
    end = _until(delivered.appeal_last_day_on if delivered else None)
    considered, appeal = act.terms.considered_days, act.terms.appeal_days
    return (
        sentence(
            f"Шағым жоғары тұрған органға аталған {considered} тәулік өткеннен кейін {appeal} тәулік ішінде беріледі "
            f"(826-2-бап){end.kk}. Одан бұрын берілген шағым да қабылданады. Шағым нұсқаманың орындалуын тоқтата "
            "тұрады.",
            f"Жалоба подаётся в вышестоящий орган в течение {appeal} суток по истечении указанных {considered} суток "
            f"(ст. 826-2){end.ru}. Поданная раньше жалоба тоже принимается. Жалоба приостанавливает исполнение.",
            f"A complaint goes to the superior body within {appeal} days after those {considered} days "
            f"(art. 826-2){end.en}. An earlier one is accepted too. A complaint suspends execution.",
        ),
        *(() if act.of_possessor else (_OTHER_POSSESSOR,)),
    )


_OTHER_POSSESSOR = sentence(
    "Сол сәтте көлік құралы басқа адамның иелігінде болса немесе заңсыз иеліктен шығарылса, осы туралы "
    "өтініш беріңіз: меншік иесі жауаптылықтан босатылады (31-баптың 3-бөлігі). Автоматты түрде қабылданған "
    "шешімді адамның қайта қарауын талап етуге құқығыңыз бар.",
    "Если транспортным средством владело другое лицо либо оно выбыло из владения незаконно, сообщите об этом: "
    "собственник освобождается от ответственности (ч. 3 ст. 31). Вы вправе потребовать, чтобы автоматическое "
    "решение пересмотрел человек.",
    "If somebody else possessed the vehicle then, or it had been taken unlawfully, say so: the owner is "
    "released (art. 31(3)). You may ask that a person review the automatic decision.",
)


def _until(last_day: date | None) -> Words:
    """The last day, where it is known, as it ends a sentence in each language."""
    if last_day is None:
        return same("")
    on = day(last_day)
    return Words(f"; соңғы күні — {on}", f"; последний день — {on}", f"; the last day is {on}")


def _signature(act: Act) -> tuple[Line, ...]:
    if act.decided_by == "officer":
        formed = line(
            Words("Растаған лауазымды тұлға", "Подтвердило должностное лицо", "Confirmed by"), same(act.officer or "—")
        )
    else:
        formed = sentence(
            "Нұсқама автоматты түрде қалыптастырылды.",
            "Предписание сформировано автоматически.",
            "The prescription was formed automatically.",
        )
    return (
        formed,
        sentence(
            "Органның электрондық цифрлық қолтаңбасымен куәландырылды (822-1-баптың 3-бөлігі); қолтаңба осы құжаттың "
            "электрондық түпнұсқасына қойылған.",
            "Удостоверено электронной цифровой подписью органа (ч. 3 ст. 822-1); подписан электронный подлинник этого "
            "документа.",
            "Certified by the body's electronic digital signature (art. 822-1(3)); what is signed is the electronic "
            "original.",
        ),
        line(Words("Түпнұсқаның SHA-256", "SHA-256 подлинника", "SHA-256 of the original"), same(codec.digest(act))),
    )
