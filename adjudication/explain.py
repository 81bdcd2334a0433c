"""The trace in words: what was compared with what, for the person concerned, in kk, ru and en.

Each step of a trace holds a stable rule code and values as text; the words stand here. A step with a `reason` is
explained by that reason's own words (adjudication.reasons).
"""

from collections.abc import Sequence

from adjudication.findings import Finding, Ruling
from adjudication.lawbook import Language, Texts
from adjudication.messages import TraceStep
from adjudication.reasons import text_of

KILOGRAMS, MILLIMETRES = Texts(kk="кг", ru="кг", en="kg"), Texts(kk="мм", ru="мм", en="mm")


def _too_much(what: Texts, unit: Texts) -> Texts:
    """The phrase of a weight or size that exceeds what is permitted."""
    return Texts(
        kk=f"{what.kk}: өлшенгені {{measured}} {unit.kk}, қателік {{error}} шегерілді, "
        f"рұқсат етілгені {{permitted}}: асыру {{excess}} {unit.kk}.",
        ru=f"{what.ru}: измерено {{measured}} {unit.ru}, вычтена погрешность {{error}}, "
        f"допустимо {{permitted}}: превышение {{excess}} {unit.ru}.",
        en=f"{what.en}: measured {{measured}} {unit.en}, less the error of {{error}}, "
        f"permitted {{permitted}}: {{excess}} {unit.en} too much.",
    )


def _enough(unit: Texts) -> Texts:
    """The phrase of what would have been no offence."""
    return Texts(
        kk=f"Өлшенген мән {{lowest}} {unit.kk}-нан төмен болса, құқық бұзушылық болмас еді.",
        ru=f"При измеренном значении ниже {{lowest}} {unit.ru} правонарушения не было бы.",
        en=f"Below a measured {{lowest}} {unit.en} there would be no offence.",
    )


PHRASES = {
    "speed-excess": Texts(
        kk="Өлшенген жылдамдық {measured_kmh} км/сағ, қателік {error_kmh} шегерілді, шектеу {limit_kmh}: "
        "асыру {excess_kmh} км/сағ.",
        ru="Измерено {measured_kmh} км/ч, вычтена погрешность {error_kmh}, ограничение {limit_kmh}: "
        "превышение {excess_kmh} км/ч.",
        en="Measured {measured_kmh} km/h, less the error of {error_kmh}, limit {limit_kmh}: {excess_kmh} km/h over.",
    ),
    "speed-bracket": Texts(
        kk="Бұл асыру {part} бөлігіне жатады.",
        ru="Такое превышение предусмотрено частью {part}.",
        en="Such an excess falls under {part}.",
    ),
    "gross-mass": _too_much(Texts(kk="Жалпы салмағы", ru="Общая масса", en="Gross mass"), KILOGRAMS),
    "height": _too_much(Texts(kk="Биіктігі", ru="Высота", en="Height"), MILLIMETRES),
    "width": _too_much(Texts(kk="Ені", ru="Ширина", en="Width"), MILLIMETRES),
    "length": _too_much(Texts(kk="Ұзындығы", ru="Длина", en="Length"), MILLIMETRES),
    "reported": Texts(
        kk="Құрылғы {part} бойынша бұзушылықты тіркеді.",
        ru="Устройство зафиксировало нарушение по {part}.",
        en="The device recorded a violation under {part}.",
    ),
    "inspection-duty": Texts(
        kk="{category} санатты, {manufacture_year} жылғы көлік техникалық байқаудан өтуге тиіс.",
        ru="Транспорт категории {category} {manufacture_year} года подлежит техническому осмотру.",
        en="A vehicle of category {category} of {manufacture_year} must be inspected.",
    ),
    "no-insurance": Texts(
        kk="Тізілім {asked} рет сақтандыру шарты жоқ деп жауап берді.",
        ru="Реестр {asked} раза ответил, что договора страхования нет.",
        en="The register said {asked} times that there is no insurance contract.",
    ),
    "no-inspection": Texts(
        kk="Тізілім {asked} рет техникалық байқау жоқ деп жауап берді.",
        ru="Реестр {asked} раза ответил, что техосмотра нет.",
        en="The register said {asked} times that there is no inspection.",
    ),
    "device": Texts(
        kk="Құрылғы (№ {serial}) тізілімде тұр және сертификатталған.",
        ru="Устройство (№ {serial}) состоит в реестре и сертифицировано.",
        en="The device (no. {serial}) is registered and certified.",
    ),
    "verification": Texts(
        kk="Өлшеу құралы тексерілген: № {number}, {valid_to} дейін.",
        ru="Средство измерений поверено: № {number}, до {valid_to}.",
        en="The instrument is verified: no. {number}, until {valid_to}.",
    ),
    "signed-limit": Texts(
        kk="Шек ({limit_kmh} км/сағ) тізілімдегі белгіге сәйкес ({sign}).",
        ru="Ограничение ({limit_kmh} км/ч) соответствует знаку в реестре ({sign}).",
        en="The limit ({limit_kmh} km/h) is that of the sign in the register ({sign}).",
    ),
    "clock": Texts(
        kk="Құрылғының сағаты дұрыс болды.",
        ru="Часы устройства были верны.",
        en="The device's clock was right.",
    ),
    "reading": Texts(
        kk="Нөмір {plate} деп оқылды.",
        ru="Номер прочитан как {plate}.",
        en="The plate was read as {plate}.",
    ),
    "vehicle": Texts(
        kk="Көлік тізілімде тұр, санаты {category}.",
        ru="Транспорт состоит в реестре, категория {category}.",
        en="The vehicle is registered, category {category}.",
    ),
    "same-vehicle": Texts(
        kk="Суреттегі көлік тізілімдегіге сәйкес ({registered}).",
        ru="Транспорт на снимке соответствует реестру ({registered}).",
        en="The vehicle in the picture agrees with the register ({registered}).",
    ),
    "vehicle-compared": Texts(
        kk="Суреттегі көліктің түрі тізілімдегімен ({registered}) салыстырылмады: саясат мұндайда да рұқсат етеді.",
        ru="Вид транспорта на снимке не сопоставлен с реестром ({registered}): политика допускает решение и без этого.",
        en="The kind of vehicle in the picture was not compared with the register ({registered}): policy allows that.",
    ),
    "second-speed": Texts(
        kk="Екі сурет {seen_kmh} ± {within_kmh} км/сағ көрсетеді, бұл құралдың {measured_kmh} км/сағ өлшеміне сәйкес.",
        ru="Два снимка показывают {seen_kmh} ± {within_kmh} км/ч, что согласуется с измеренными {measured_kmh} км/ч.",
        en="Two pictures show {seen_kmh} ± {within_kmh} km/h, which agrees with the measured {measured_kmh} km/h.",
    ),
    "standing-traffic": Texts(
        kk="Құрылғы кептеліс бар-жоғын қарады: көлік ағыны қозғалыста болған.",
        ru="Устройство проверило, нет ли затора: поток двигался.",
        en="The device looked whether the traffic stood: it was moving.",
    ),
    "forced-stop": Texts(
        kk="Құрылғы амалсыз тоқтау белгілерін іздеді: ондай белгі болмаған.",
        ru="Устройство искало признаки вынужденной остановки: их не было.",
        en="The device looked for signs of a forced stop: there were none.",
    ),
    "origin": Texts(
        kk="Нөмір Қазақстандікі: ондағы белгі не сол нөмірмен тіркелген көлік соны көрсетеді.",
        ru="Номер казахстанский: это показывает знак на нём или зарегистрированный под ним транспорт.",
        en="The plate is one of Kazakhstan: its sign, or the vehicle registered under it, shows so.",
    ),
    "one-place": Texts(
        kk="Осы нөмір {km} км жерде {seconds} с айырмамен көрінді: көлік жете алар еді.",
        ru="Этот номер зафиксирован в {km} км с разницей в {seconds} с: транспорт мог успеть.",
        en="The plate was also seen {km} km away, {seconds} s apart: the vehicle can have driven there.",
    ),
    "person": Texts(
        kk="Көлік иесі (иеленушісі) жауапты.",
        ru="Отвечает собственник (владелец) транспорта.",
        en="The vehicle's owner (holder) is liable.",
    ),
    "possession": Texts(
        kk="Меншік иесі босатылды: тексеру анықтағандай, сол сәтте көлік иелігінде болған тұлға жауапты "
        "(31-баптың 3-бөлігі).",
        ru="Собственник освобождён: отвечает лицо, которое, как установлено проверкой, владело тогда транспортом "
        "(ч. 3 ст. 31).",
        en="The owner was released: whoever possessed the vehicle then, as a check established, is liable "
        "(art. 31(3)).",
    ),
    "registers": Texts(
        kk="Қажетті тізілімдердің бәрі жауап берді.",
        ru="Все нужные реестры ответили.",
        en="Every register needed has answered.",
    ),
    "limitation": Texts(
        kk="Ескіру мерзімінің соңғы күні: {last_day}.",
        ru="Последний день срока давности: {last_day}.",
        en="Last day of limitation: {last_day}.",
    ),
    "send-term": Texts(
        kk="Жіберу мерзімінің соңғы күні: {last_day}.",
        ru="Последний день отправки: {last_day}.",
        en="Last day for sending: {last_day}.",
    ),
    "repeat": Texts(
        kk="Бұрынғы жазалар ескерілді: {part} қолданылады.",
        ru="Прежние взыскания учтены: применяется {part}.",
        en="Earlier penalties were looked at: {part} applies.",
    ),
    "amount": Texts(
        kk="{part} бойынша: {mci} АЕК.",
        ru="По {part}: {mci} МРП.",
        en="Under {part}: {mci} MCI.",
    ),
    "automatic": Texts(
        kk="Бұл бөлік {since} бастап автоматты түрде қолданылады.",
        ru="Эта часть применяется автоматически с {since}.",
        en="This part has been applied automatically since {since}.",
    ),
    "warning": Texts(
        kk="Ауырлататын мән-жай жоқ: {part} бойынша ескерту жасалады.",
        ru="Отягчающих обстоятельств нет: по {part} выносится предупреждение.",
        en="Nothing aggravates the offence: under {part} a warning is given.",
    ),
    "otherwise-speed": Texts(
        kk="Өлшенген жылдамдық {lowest_kmh} км/сағ төмен болса, құқық бұзушылық болмас еді.",
        ru="При измеренной скорости ниже {lowest_kmh} км/ч правонарушения не было бы.",
        en="Below a measured {lowest_kmh} km/h there would be no offence.",
    ),
    "otherwise-reported": Texts(
        kk="Суреттерде бұл көрінбесе, құқық бұзушылық болмас еді.",
        ru="Если бы снимки этого не показывали, правонарушения не было бы.",
        en="If the pictures did not show this, there would be no offence.",
    ),
    "otherwise-no-insurance": Texts(
        kk="Сол сәтте ({on}) шарт қолданыста болса, құқық бұзушылық болмас еді.",
        ru="Если бы в тот момент ({on}) действовал договор, правонарушения не было бы.",
        en="With a contract valid at that instant ({on}) there would be no offence.",
    ),
    "otherwise-overweight": _enough(KILOGRAMS),
    "otherwise-oversize": _enough(MILLIMETRES),
    "otherwise-no-inspection": Texts(
        kk="Сол күні ({on}) техникалық байқау қолданыста болса, құқық бұзушылық болмас еді.",
        ru="Если бы в тот день ({on}) действовал техосмотр, правонарушения не было бы.",
        en="With an inspection valid on that day ({on}) there would be no offence.",
    ),
}
CONFIRMED = Texts(
    kk="Қызметкер тексеріп, растады: {words}.",
    ru="Проверено и подтверждено сотрудником: {words}.",
    en="Looked at and confirmed by an officer: {words}.",
)
WITHOUT = Texts(
    kk=" Бұл болмаса («{words}»), іс былай жүрер еді: {route}.",
    ru=" Без этого («{words}») дело пошло бы так: {route}.",
    en=" Without this (“{words}”) the case would go: {route}.",
)
ROUTES = {
    "auto": Texts(kk="автоматты түрде", ru="автоматически", en="automatically"),
    "review": Texts(kk="қызметкердің қарауына", ru="на проверку сотруднику", en="to an officer"),
    "wait": Texts(kk="тізілім жауабын күтуге", ru="ждать ответа реестра", en="to wait for a register"),
    "refer": Texts(kk="басқа органға", ru="в другой орган", en="to another body"),
    "reject": Texts(kk="тоқтатылады", ru="прекращается", en="ended"),
}


def otherwise(first: Ruling, rest: Sequence[Ruling], finding: Finding) -> TraceStep:
    """The trace's last step: what would have made it come out differently."""
    step = finding.otherwise
    if first.route == "auto":
        return step
    others = [ruling.route for ruling in rest if ruling.reason != first.reason]
    route = others[0] if others else "auto"
    return TraceStep(
        rule=step.rule,
        source=step.source,
        outcome=f"{step.outcome}; without {first.reason} the case would go: {route}",
        values=(*step.values, ("without", first.reason), ("route", route)),
    )


def explain(trace: Sequence[TraceStep], language: Language) -> tuple[str, ...]:
    """One sentence for each step, in the language asked for."""
    return tuple(_sentence(step, language) for step in trace)


def _sentence(step: TraceStep, language: Language) -> str:
    values = dict(step.values)
    if "reason" in values:
        return f"{text_of(values['reason'], language)}."
    if "settled" in values:
        return _say(CONFIRMED, language, words=text_of(values["settled"], language))
    phrase = PHRASES.get(step.rule)
    if phrase is None:
        return f"{step.outcome}."
    said = _say(phrase, language, **values)
    if "without" in values:
        words, route = text_of(values["without"], language), ROUTES[values["route"]]
        said += _say(WITHOUT, language, words=words, route=getattr(route, language))
    return said


def _say(texts: Texts, language: Language, **values: str) -> str:
    return str(getattr(texts, language)).format_map(values)
