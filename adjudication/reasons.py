"""Reason codes: why a case took its route or a passage was closed, with words for people.

Codes are public API: they stand in messages, in the register, in statistics. `source` is the article or the policy's
name. `confirmable`: an officer's confirmation settles the doubt; all others are law or missing facts, which nobody
confirms away. `ground` is the ground of art. 741 a reason comes down to, by its own code, where it is not one itself.
"""

from dataclasses import dataclass

from adjudication.lawbook import Texts


@dataclass(frozen=True, slots=True)
class Reason:
    """One code with its words."""

    code: str
    source: str
    text: Texts
    confirmable: bool = False
    ground: str = ""


def _reason(
    code: str, source: str, kk: str, ru: str, en: str, *, confirmable: bool = False, ground: str = ""
) -> Reason:
    return Reason(code, source, Texts(kk=kk, ru=ru, en=en), confirmable, ground)


_AUTOMATIC = (
    _reason(
        "CLEAR",
        "31; 821(1-1); 822-1",
        "Құқық бұзушылық анықталды, күмән жоқ",
        "Правонарушение установлено, сомнений нет",
        "The offence is established and nothing is in doubt",
    ),
    _reason(
        "CONFIRMED",
        "31; 821(1-1); 822-1",
        "Құқық бұзушылықты қызметкер растады",
        "Правонарушение подтверждено сотрудником",
        "The offence was confirmed by an officer",
    ),
)

_CLOSED = (
    _reason(
        "NO_OFFENCE",
        "741(1)(1)",
        "Құқық бұзушылық оқиғасы жоқ",
        "Событие правонарушения отсутствует",
        "There was no offence",
        ground="NO_EVENT",
    ),
    _reason(
        "NO_CORPUS",
        "741(1)(2)",
        "Құқық бұзушылық құрамы жоқ",
        "Состав правонарушения отсутствует",
        "An element of the offence is missing",
    ),
    _reason(
        "UNREAD",
        "policy",
        "Нөмір оқылмады, құқық бұзушылық туралы хабар жоқ",
        "Номер не прочитан, о нарушении не сообщалось",
        "The plate was not read and no offence was reported",
    ),
    _reason(
        "FOREIGN_PASSAGE",
        "policy",
        "Шетелдік нөмір, құқық бұзушылық туралы хабар жоқ",
        "Иностранный номер, о нарушении не сообщалось",
        "A foreign plate, and no offence was reported",
    ),
    _reason(
        "NOT_IN_REGISTER",
        "policy",
        "Көлік құралы тізілімде жоқ, құқық бұзушылық туралы хабар жоқ",
        "Транспортного средства нет в реестре, о нарушении не сообщалось",
        "The vehicle is not in the register, and no offence was reported",
    ),
    _reason(
        "REGISTER_SILENT",
        "31(1); brief 5",
        "Тізілім жауап бермеді; жауапсыздық айыппұлға негіз болмайды",
        "Реестр не ответил; молчание реестра не основание для штрафа",
        "A register did not answer, and its silence is no ground for a fine",
    ),
    _reason(
        "NOT_COVERED",
        "policy",
        "Бұл құқық бұзушылық бойынша заң деректері жүктелмеген",
        "Для этого нарушения нет данных закона",
        "There is no law data for what was reported",
    ),
)

_REJECTED = (
    _reason(
        "NO_EVENT",
        "741(1)(1)",
        "Құқық бұзушылық оқиғасының болмауы",
        "Отсутствие события правонарушения",
        "There was no event of an offence",
    ),
    _reason(
        "ALREADY_DECIDED",
        "741(1)(6)",
        "Осы факт бойынша шешім бар",
        "По этому факту уже есть решение",
        "The same fact has already been decided",
    ),
    _reason(
        "DEAD_OR_LIQUIDATED",
        "741(1)(7)",
        "Тұлға қайтыс болған немесе таратылған",
        "Лицо умерло или ликвидировано",
        "The person has died or was liquidated",
    ),
    _reason(
        "LIMITATION",
        "62(1); 741(1)(5)",
        "Жауаптылыққа тарту мерзімі өтті",
        "Срок давности истёк",
        "The term of limitation has passed",
    ),
    _reason(
        "SEND_TERM_LAPSED",
        "822-1(3); policy send_term_lapsed",
        "Нұсқаманы жіберу мерзімі өтті",
        "Срок направления предписания истёк",
        "The term for sending the prescription has passed",
    ),
    _reason(
        "SEND_UNPROVEN",
        "822-1(3); 821(2)",
        "Нұсқаманың мерзімінде жіберілгені дәлелденбеді",
        "Не доказано, что предписание направлено в срок",
        "It is not proven that the prescription was sent in time",
    ),
    _reason(
        "LAPSED_VERIFICATION",
        "note to 31; 822-1(1)(6)",
        "Өлшеу құралының тексеру мерзімі өткен немесе жоқ",
        "Поверка средства измерений истекла или отсутствует",
        "The measuring instrument's verification has lapsed or is missing",
    ),
    _reason(
        "LABORATORY_UNACCREDITED",
        "note to 31; brief 4.2",
        "Тексеруді жүргізген зертхананың ол күні аккредитациясы болмаған",
        "В день поверки лаборатория, которая её провела, не была аккредитована",
        "The laboratory that verified the instrument was not accredited on that day",
    ),
    _reason(
        "SECTION_PLATES_DIFFER",
        "741(2); 821(2)",
        "Учаскенің екі шетінде әртүрлі нөмірлер: орташа жылдамдық бір көлікке жатпайды",
        "На концах участка разные номера: средняя скорость не относится к одному транспорту",
        "The plates at the two ends of the section differ: the average speed is of no one vehicle",
    ),
    _reason(
        "NOT_A_MEASURING_DEVICE",
        "note to 31",
        "Құрылғы өлшеу құралы болып табылмайды",
        "Устройство не является средством измерений",
        "The device is not a measuring instrument",
    ),
    _reason(
        "DEVICE_UNKNOWN",
        "note to 31; brief 3.5",
        "Құрылғы тізілімде жоқ",
        "Устройства нет в реестре",
        "The device is not in the register",
    ),
    _reason(
        "DEVICE_ELSEWHERE",
        "822-1(1)(4); brief 3.5",
        "Құрылғы тізілімде басқа жерде немесе басқа нөмірмен көрсетілген",
        "По реестру устройство находится в другом месте или имеет другой номер",
        "The register has the device at another place or under another number",
    ),
    _reason(
        "SAME_SIGHTING",
        "policy cool_down_s; 741(1)(6)",
        "Осы құқық бұзушылықты сол құрылғы осыған жақын сәтте тіркеген, ол бойынша іс бар",
        "Это же нарушение то же устройство зафиксировало в близкий момент, дело по нему есть",
        "The same device recorded this same offence moments apart, and there is a case of it",
        ground="ALREADY_DECIDED",
    ),
    _reason(
        "PLATE_CORRECTED",
        "821(2)",
        "Нөмірді қызметкер түзетті; іс жаңа оқу бойынша жалғасады",
        "Номер исправлен сотрудником; дело продолжается по новому чтению",
        "An officer corrected the plate; the case goes on under the new reading",
    ),
    _reason(
        "OFFICER_REJECTED",
        "741; 821(2)",
        "Қызметкер қабылдамады",
        "Отклонено сотрудником",
        "Rejected by an officer",
    ),
    _reason(
        "EVIDENCE_MISSING",
        "821(2); 822-1(1)(5)",
        "Дәлелдеме сақталмаған: суретсіз құжат жасалмайды",
        "Доказательства не сохранились: без снимков документ не составляется",
        "The evidence was not kept, and no act stands without its pictures",
        ground="NO_CORPUS",
    ),
    _reason(
        "CANCELLED_ON_APPEAL",
        "826-4(1)(2)",
        "Шағым немесе наразылық бойынша күші жойылды",
        "Отменено по жалобе или протесту",
        "Cancelled on a complaint or a protest",
    ),
    _reason(
        "RELEASED",
        "31(3)",
        "Көлік басқа адамның иелігінде болған: меншік иесі жауаптылықтан босатылды",
        "Транспортом владело другое лицо: собственник освобождён от ответственности",
        "Somebody else had the vehicle: the owner is released from liability",
    ),
    _reason(
        "SUPERSEDED_UNSENT",
        "44(1); brief 15.3(1)",
        "Жіберілмеген құжат жаңадан жасалды",
        "Неотправленный документ составлен заново",
        "The document was not sent in time and is formed anew",
    ),
)

_REFERRED = (
    _reason(
        "MILITARY_POLICE",
        "807(1)(2)",
        "Көлік әскери полицияда тіркелген: хаттама керек",
        "Транспорт зарегистрирован в военной полиции: нужен протокол",
        "The vehicle is registered with the military police: a protocol is needed",
    ),
    _reason(
        "DIPLOMATIC",
        "876-879",
        "Дипломатиялық көлік: Бас прокуратура мен СІМ арқылы",
        "Дипломатический транспорт: через Генеральную прокуратуру и МИД",
        "A diplomatic vehicle: through the Prosecutor General and the foreign ministry",
    ),
    _reason(
        "FOREIGN_PLATE",
        "brief 6",
        "Шетелде тіркелген көлік",
        "Транспорт зарегистрирован за рубежом",
        "The vehicle is registered abroad",
    ),
    _reason(
        "PASSENGER_CARRIER",
        "804(3)(1)",
        "Жолаушы тасымалдаушы: хаттаманы көлік органы жасайды",
        "Перевозчик пассажиров: протокол составляет транспортный орган",
        "A passenger carrier: the transport body draws up a protocol",
    ),
    _reason(
        "TRANSPORT_CONTROL",
        "571; policy weight_control",
        "Салмақ пен габарит: іс көлік бақылауы органына беріледі",
        "Вес и габариты: дело передаётся органу транспортного контроля",
        "Weight and size: the case is the transport control body's",
    ),
    _reason(
        "NOT_AUTOMATIC_THEN",
        "31(1), edition of that day",
        "Ол күні мұндай құқық бұзушылық автоматты түрде қаралмаған",
        "В тот день такое нарушение не рассматривалось автоматически",
        "On that day this offence could not be handled automatically",
    ),
    _reason(
        "OTHER_SANCTION",
        "807(1)(2); 804",
        "Бұл бөлік басқа жазаны да көздейді: хаттама жасалады, нұсқама емес",
        "Часть предусматривает и иное взыскание: составляется протокол, а не предписание",
        "The part provides another penalty too: a protocol is drawn up, not a prescription",
    ),
)

_WAITING = (
    _reason(
        "REGISTER_UNANSWERED",
        "brief 5",
        "Тізілім жауап бермеді, қайта сұралады",
        "Реестр не ответил, запрос будет повторён",
        "A register did not answer and is asked again",
    ),
    _reason(
        "SECOND_ASK_DUE",
        "policy requery_delay_s",
        "Жоқтығын тізілім екінші рет растауы керек",
        "Отсутствие должно быть подтверждено вторым запросом",
        "The register must say a second time that there is none",
    ),
)

_REVIEWED = (
    _reason(
        "REGISTERS_STILL_SILENT",
        "policy silent_budget_s",
        "Тізілім жауап бермеді, күту мерзімі таусылды",
        "Реестр так и не ответил, срок ожидания исчерпан",
        "A register still does not answer and the time for waiting is spent",
    ),
    _reason(
        "PLATE_UNREAD",
        "policy plate_confidence_bp",
        "Құқық бұзушылық бар, нөмір оқылмады",
        "Есть нарушение, номер не прочитан",
        "There is an offence, but the plate was not read",
    ),
    _reason(
        "PLATE_UNSURE",
        "policy plate_confidence_bp",
        "Нөмір сенімсіз оқылды",
        "Номер прочитан неуверенно",
        "The plate was read with too little certainty",
        confirmable=True,
    ),
    _reason(
        "SECOND_READ_MISSING",
        "821(2)",
        "Нөмірдің екінші тәуелсіз оқылуы жоқ",
        "Нет второго независимого чтения номера",
        "There is no second independent reading of the plate",
        confirmable=True,
    ),
    _reason(
        "READS_DISAGREE",
        "821(2)",
        "Екі оқу әртүрлі",
        "Два чтения номера расходятся",
        "Two readings of the plate disagree",
        confirmable=True,
    ),
    _reason(
        "PLATE_AMBIGUOUS",
        "brief 6",
        "Нөмір бірнеше пішімге сәйкес келеді",
        "Номер подходит к нескольким форматам",
        "The plate fits several formats",
        confirmable=True,
    ),
    _reason(
        "COUNTRY_UNSETTLED",
        "policy country_confidence_bp; 821(2)",
        "Мұндай нөмір басқа елде де беріледі, ал қай елдікі екені анықталмады",
        "Такой номер выдают и в другой стране, а чей он, не установлено",
        "Another country issues such a plate too, and whose this one is was not settled",
        confirmable=True,
    ),
    _reason(
        "PICTURE_DOUBTFUL",
        "policy review_flags",
        "Сурет күмән тудырады",
        "Снимок вызывает сомнения",
        "The picture leaves doubts",
        confirmable=True,
    ),
    _reason(
        "SEVERAL_CANDIDATES",
        "821(2)",
        "Өлшеу қай көлікке қатысты екені белгісіз",
        "Неясно, к какому транспортному средству относится измерение",
        "It is not clear which vehicle the finding is about",
        confirmable=True,
    ),
    _reason(
        "CLASS_MISMATCH",
        "brief 3.5",
        "Көлік түрі тізілімге сәйкес емес: нөмір көшірмесі болуы мүмкін",
        "Вид транспорта не соответствует реестру: возможен двойник",
        "The vehicle seen is not of the registered kind: its plate may be cloned",
        confirmable=True,
    ),
    _reason(
        "CLASS_UNSETTLED",
        "policy class_unsettled; 821(2)",
        "Суреттегі көліктің тізілімдегімен бір түрде екені анықталмады: нөмір көшірмесі болуы мүмкін",
        "Не установлено, того ли вида транспорт на снимке, что и в реестре: номер может быть копией",
        "It was not settled that the vehicle in the picture is of the registered kind: its plate may be a copy",
        confirmable=True,
    ),
    _reason(
        "PICTURE_REPEATED",
        "821(2); 822-1(1)(5)",
        "Дәл осы сурет басқа оқиғамен де жіберілген: оқиғалардың бірі шын емес",
        "Этот же снимок прислан и с другим событием: одно из двух недостоверно",
        "The very same picture was sent with another event: one of the two is not true",
    ),
    _reason(
        "PICTURE_ALIKE",
        "821(2)",
        "Сурет басқа оқиғаның суретінен айырғысыз",
        "Снимок неотличим от снимка другого события",
        "The picture cannot be told from one of another event",
        confirmable=True,
    ),
    _reason(
        "PICTURE_EDITED",
        "821(2)",
        "Суретте өңдеу бағдарламасының іздері бар",
        "На снимке следы программы обработки изображений",
        "The picture bears the marks of an image editor",
        confirmable=True,
    ),
    _reason(
        "PICTURES_CONTRADICT",
        "821(2); policy picture_within_s",
        "Суреттердің уақыты бір-біріне немесе оқиғаға қайшы келеді",
        "Время снимков противоречит друг другу или событию",
        "The pictures' instants contradict each other or the event",
        confirmable=True,
    ),
    _reason(
        "TARGET_STANDS",
        "821(2)",
        "Нөмірі оқылған көлік екі сурет арасында қозғалмаған: өлшенген көлік басқа болуы мүмкін",
        "Прочитанный номер на транспорте, который между снимками не двигался: измерен, возможно, другой",
        "The vehicle whose plate was read did not move between the pictures: another one may have been measured",
        confirmable=True,
    ),
    _reason(
        "SPEED_CONTRADICTED",
        "policy speed_check_k100; 821(2)",
        "Екі сурет көрсететін жылдамдық құралдың өлшеміне қайшы келеді",
        "Скорость по двум снимкам противоречит измерению прибора",
        "The speed that two pictures show contradicts the instrument",
        confirmable=True,
    ),
    _reason(
        "SIGN_NOT_IN_REGISTER",
        "741(2); brief 3.5; policy limit_unregistered",
        "Тізілім бойынша ол сәтте осы жерде жылдамдық шегі белгіленбеген",
        "По реестру в тот момент в этом месте ограничение скорости не было установлено",
        "By the register no speed limit was signed there at that instant",
        confirmable=True,
        ground="NO_CORPUS",
    ),
    _reason(
        "LIMIT_DIFFERS",
        "741(2); brief 3.5; policy limit_unregistered",
        "Құрылғы көрсеткен шек тізілімде сол жерге белгіленген шектен өзгеше",
        "Ограничение, названное устройством, расходится с установленным там по реестру",
        "The limit that the device says is not the one that the register has signed there",
        confirmable=True,
        ground="NO_CORPUS",
    ),
    _reason(
        "JAM",
        "741(1)(2); 741(2); policy excused_stop",
        "Құрылғы көлік ағыны тұрып қалғанын (кептеліс) хабарлады: кінә бар-жоғын адам қарайды",
        "Устройство сообщило, что поток стоял (затор): есть ли вина, смотрит человек",
        "The device said that the traffic stood (a jam): a person judges whether anybody is to blame",
        confirmable=True,
        ground="NO_CORPUS",
    ),
    _reason(
        "FORCED_STOP",
        "741(1)(2); 741(2); policy excused_stop",
        "Құрылғы амалсыз тоқтауды (ақау, апаттық жарық, біреудің талабы) хабарлады: кінә бар-жоғын адам қарайды",
        "Устройство сообщило о вынужденной остановке (поломка, аварийные огни, требование): есть ли вина, "
        "смотрит человек",
        "The device said that the vehicle was forced to stop (breakdown, hazard lights, an order): a person judges "
        "whether anybody is to blame",
        confirmable=True,
        ground="NO_CORPUS",
    ),
    _reason(
        "IMPOSSIBLE_TRAVEL",
        "policy travel_kmh; brief 3.5",
        "Осы нөмір басқа жерде көлік жете алмайтын уақыт аралығында көрінді: нөмір көшірмесі болуы мүмкін",
        "Этот номер зафиксирован в другом месте раньше, чем туда можно доехать: возможен двойник",
        "The same plate was seen too far away for one vehicle to drive in that time: it may be cloned",
        confirmable=True,
    ),
    _reason(
        "RECORD_MISMATCH",
        "821(2)",
        "Тізілім басқа көлік немесе тұлға туралы жауап берді",
        "Реестр ответил о другом транспорте или лице",
        "The register answered about another vehicle or person",
    ),
    _reason(
        "NO_VEHICLE_RECORD",
        "821(2)",
        "Мұндай нөмірі бар көлік тізілімде жоқ",
        "Транспорта с таким номером нет в реестре",
        "No vehicle with this plate is in the register",
    ),
    _reason(
        "VEHICLE_STOLEN_OR_WANTED",
        "31(3)",
        "Көлік ұрланған немесе іздеуде",
        "Транспорт похищен или в розыске",
        "The vehicle is stolen or wanted",
    ),
    _reason(
        "VEHICLE_NOT_IN_USE",
        "brief 3.5",
        "Көлік есептен шығарылған немесе кәдеге жаратылған",
        "Транспорт снят с учёта или утилизирован",
        "The vehicle is deregistered or scrapped",
    ),
    _reason(
        "EMERGENCY_SERVICE",
        "brief 3.5",
        "Жедел қызмет көлігі: тапсырмада болуы мүмкін",
        "Транспорт экстренной службы: возможно, на задании",
        "An emergency service's vehicle: it may have been on duty",
        confirmable=True,
    ),
    _reason(
        "PERSON_UNKNOWN",
        "31(2)",
        "Тізілімде тұлға табылмады",
        "Лицо не найдено в реестре",
        "The person is not in the register",
    ),
    _reason(
        "AGE_UNKNOWN",
        "28",
        "Жасы белгісіз",
        "Возраст неизвестен",
        "The person's age is not known",
    ),
    _reason(
        "MINOR",
        "28; 66(1)",
        "Кәмелетке толмаған",
        "Несовершеннолетний",
        "The person is a minor",
    ),
    _reason(
        "POSSESSOR_NAMED",
        "31(3); brief 15.3(12)",
        "Тексеру сол сәтте көліктің осы тұлғаның иелігінде болғанын анықтады: дәлелді және жіберу мерзімінің қайта "
        "басталу-басталмауын қызметкер қарайды",
        "Проверкой установлено, что транспортом владело это лицо: доказательство и то, начинается ли срок отправки "
        "заново, рассматривает сотрудник",
        "A check established that this person possessed the vehicle: an officer looks at the proof, and at whether the "
        "sending term begins anew",
        confirmable=True,
    ),
    _reason(
        "SEND_RESTART_UNSETTLED",
        "822-1(3); brief 15.3(12)",
        "Тіркелген сәттен есептелген жіберу мерзімі өтті; иелікте ұстаған тұлға үшін оның қайта басталатыны шешілмеген",
        "Срок отправки, считая от фиксации, истёк; начинается ли он заново для владевшего лица, не определено",
        "The sending term, counted from the recording, has ended; whether it begins anew for the possessor is "
        "unsettled",
        confirmable=True,
    ),
    _reason(
        "SPECIAL_SUBJECT",
        "brief 15.2",
        "Мемлекеттік орган, филиал немесе шетелдік ұйым",
        "Государственный орган, филиал или иностранная организация",
        "A state body, a branch or a foreign firm",
    ),
    _reason(
        "SIZE_UNKNOWN",
        "44(2); brief 5",
        "Заңды тұлғаның санаты белгісіз, сома соған байланысты",
        "Категория юридического лица неизвестна, а от неё зависит сумма",
        "The firm's size is not known, and the sum depends on it",
    ),
    _reason(
        "REPEAT_UNSETTLED",
        "61; brief 15.2",
        "Бір баптың басқа бөлігі бойынша бұрынғы жаза бар",
        "Есть прежнее взыскание по другой части той же статьи",
        "There is an earlier penalty under another part of the article",
        confirmable=True,
    ),
    _reason(
        "SECTION_COMPARED",
        "821(2); brief 4.2",
        "Орташа жылдамдық: учаскенің екі шетіндегі суреттерді қызметкер салыстырады",
        "Средняя скорость: снимки с обоих концов участка сличает сотрудник",
        "An average speed: an officer compares the pictures of both ends of the section",
        confirmable=True,
    ),
    _reason(
        "SECTION_ALSO_MEASURED",
        "58(1); 821(2)",
        "Осы жүрісте бір нүктедегі жылдамдық та өлшенді: бір әрекет пе, екеу ме, қызметкер шешеді",
        "На том же проезде скорость измерена и в точке: одно это деяние или два, решает сотрудник",
        "On the same drive the speed was measured at a point too: an officer judges whether it is one act or two",
        confirmable=True,
    ),
    _reason(
        "CLOCK_UNSURE",
        "policy clock_offset_us",
        "Құрылғының сағаты дәл емес немесе тексерілмеген",
        "Часы устройства неточны или не сверены",
        "The device's clock is off, or not known to be right",
    ),
    _reason(
        "CONFORMITY_EXPIRED",
        "note to 31",
        "Құрылғының сәйкестік сертификаты қолданылмайды",
        "Сертификат соответствия устройства не действует",
        "The device's certificate of conformity is not valid",
    ),
    _reason(
        "DEVICE_UNSETTLED",
        "note to 31; brief 15.1(11)",
        "Құрылғы туралы деректер түсініксіз; өлшемсіз тіркеу қаралады",
        "Данные об устройстве неясны; фиксация без измерения проверяется",
        "The device's record is in doubt; what it did not measure is reviewed",
        confirmable=True,
    ),
    _reason(
        "CALENDAR_UNKNOWN",
        "739(3); brief 15.2",
        "Мерзімді есептеуге күнтізбе жетпейді",
        "Календаря не хватает, чтобы исчислить срок",
        "The calendar does not reach far enough to compute the terms",
    ),
    _reason(
        "NEVER_AUTOMATIC",
        "807(1)(2)",
        "Бұл бөлік автоматты түрде қолданылмайды",
        "Эта часть не применяется автоматически",
        "This part is never applied automatically",
    ),
    _reason(
        "WARNING_NOT_OWED",
        "43(2); 57(2)",
        "Тұлғаның 30-тарау бойынша өтелмеген жазасы бар: ескертудің міндетті екенін қызметкер шешеді",
        "Есть непогашенное взыскание по главе 30: обязательно ли предупреждение, решает сотрудник",
        "A penalty under chapter 30 still counts: an officer judges whether it is to be a warning",
        confirmable=True,
    ),
    _reason(
        "PERMIT_UNCHECKED",
        "597(4); brief 1",
        "Мүгедектігі бар адамның көлігі ме, тізілім сұралмады: қызметкер тексереді",
        "Не проверено по реестру, не принадлежит ли транспорт лицу с инвалидностью: проверяет сотрудник",
        "No register told whether the vehicle is of a person with a disability: an officer finds out",
        confirmable=True,
    ),
    _reason(
        "ROAD_PERMIT_UNCHECKED",
        "571(6), (8); brief 1",
        "Арнаулы жүру рұқсаты бар ма, тізілім сұралмады: қызметкер тексереді",
        "Не проверено по реестру, есть ли специальное разрешение на проезд: проверяет сотрудник",
        "No register told whether a special permit allows the passage: an officer finds out",
        confirmable=True,
    ),
    _reason(
        "DANGER_TO_BE_JUDGED",
        "606(1); 821(2)",
        "Авариялық жағдай туғанын қызметкер бағалайды",
        "Создана ли аварийная обстановка, оценивает сотрудник",
        "Whether an emergency was created is for an officer to judge",
        confirmable=True,
    ),
    _reason(
        "TERM_OUTLIVES_LIMITATION",
        "62(1); brief 15.3(3)",
        "Іс ескіру мерзімінен кейін ғана қаралған болар еді",
        "Дело было бы рассмотрено только после срока давности",
        "The case would be considered only after limitation",
    ),
)

_FORMED = (
    _reason(
        "SUM_NOT_OF_LAW",
        "44(1); 802(4); 811(1)",
        "Актідегі сома, АЕК немесе жеңілдік заңнан есептелгенмен сәйкес емес",
        "Сумма, МРП или скидка в акте не те, что следуют из закона",
        "The act's sum, index or discount is not what follows from the law",
    ),
    _reason(
        "STATEMENT_NOT_OF_LAW",
        "822-1(1)(4)",
        "Актідегі құқық бұзушылық мазмұны заң деректеріндегідей емес",
        "Изложение нарушения в акте не то, что в данных закона",
        "The act's statement of the offence is not that of the law's data",
    ),
    _reason(
        "PART_NOT_OF_FINDING",
        "31; 822-1(1)(4)",
        "Қолданылған бөлік анықталған фактіге сәйкес емес",
        "Применённая часть не отвечает тому, что установлено",
        "The part applied does not punish what was found",
    ),
    _reason(
        "FORM_NOT_AUTOMATIC",
        "807(1)(2); 31(1)",
        "Бұл құжатты автоматты түрде шығаруға болмайды",
        "Такой документ нельзя сформировать автоматически",
        "Such a document cannot be formed automatically",
    ),
    _reason(
        "PROTOCOL_BY_MACHINE",
        "803; 822-1(3)",
        "Хаттамаға адам қол қоюы тиіс, орган кілті жеткіліксіз",
        "Протокол подписывает человек, ключа органа недостаточно",
        "A protocol is signed by a person, not by the body's key",
    ),
    _reason(
        "TERMS_NOT_OF_LAW",
        "811; 817; 826-2; 893",
        "Актіде көрсетілген мерзімдер заңдағыдай емес",
        "Сроки, указанные в акте, не те, что в законе",
        "The terms the act states are not those of the law",
    ),
    _reason(
        "SENDABLE_NOT_OF_LAW",
        "822-1(3); 62(1); 44(1)",
        "Жіберудің соңғы күні қате есептелген",
        "Последний день отправки посчитан неверно",
        "The last day for sending is computed wrongly",
    ),
    _reason(
        "FORMED_TOO_LATE",
        "822-1(3); 62(1)",
        "Акт қалыптастырылған сәтте жіберу мерзімі өтіп кеткен",
        "К моменту формирования акта срок отправки истёк",
        "The time for sending had passed when the act was formed",
    ),
    _reason(
        "ACT_NOT_OF_DECISION",
        "822-1(1); 31",
        "Акт негізіне алынған шешімге сәйкес емес",
        "Акт не соответствует решению, на котором основан",
        "The act does not agree with the decision it rests on",
    ),
    _reason(
        "OTHER_LAW_DATA",
        "policy",
        "Шешім заң деректерінің басқа редакциясы бойынша қабылданған",
        "Решение принято по другой редакции данных закона",
        "The decision was taken under another edition of the law's data",
    ),
    _reason(
        "DUPLICATE_ACT",
        "741(1)(6); 58(1)",
        "Осы оқиға бойынша осы бөлікпен акт бар",
        "По этому событию и этой части уже есть акт",
        "An act of this event and part stands already",
    ),
    _reason(
        "IDENTIFIER_WRONG",
        "822-1(1)(2)",
        "ЖСН немесе БСН бақылау санынан өтпейді не тұлғаның түріне сай емес",
        "ИИН или БИН не проходит контроль или не подходит к виду лица",
        "The person's number fails its check digits, or is not of this kind of person",
    ),
    _reason(
        "BIRTH_DATE_DISAGREES",
        "822-1(1)(2)",
        "ЖСН-дегі туған күн тізілімдегімен сәйкес келмейді",
        "Дата рождения в ИИН расходится с реестром",
        "The birth date in the IIN is not the register's",
        confirmable=True,
    ),
    _reason(
        "EARLIER_VOIDED",
        "61; 741(1)(6)",
        "Қайталануы жазаланатын бұрынғы жаза күшін жойған",
        "Прежнее взыскание, повторность которого вменяется, отменено",
        "An earlier penalty whose repetition is punished stands no more",
        confirmable=True,
    ),
    _reason(
        "ADDRESSEE_NOT_OF_REGISTER",
        "31(2); 822-1(1)(2)",
        "Адресат тізілімдердегі көлік иесі емес",
        "Адресат не тот, кого называют реестры",
        "The addressee is not whom the registers name",
    ),
    _reason(
        "PERSON_NOT_COMPETENT",
        "28; 66; 741(1)(7)",
        "Тұлға қайтыс болған, кәмелетке толмаған немесе ерекше субъект",
        "Лицо умерло, не достигло совершеннолетия или особое",
        "The person has died, is not of full age or is of a special kind",
    ),
    _reason(
        "ADDRESS_MISSING",
        "822-1(1)(2)",
        "Тұлғаның мекенжайы белгісіз",
        "Адрес лица неизвестен",
        "No address of the person is known",
    ),
    _reason(
        "LANGUAGE_MISSING",
        "738; 822-1(1)",
        "Атаулардың екі тілдегі мәтіні толық емес",
        "Названия приведены не на обоих языках",
        "A name is not given in both languages",
    ),
    _reason(
        "REQUISITE_MISSING",
        "822-1(1)",
        "Міндетті деректеме толтырылмаған",
        "Не заполнен обязательный реквизит",
        "A thing that the document must name is blank",
    ),
    _reason(
        "VEHICLE_NOT_OF_PASSAGE",
        "822-1(1)(3)",
        "Актідегі көлік оқылған нөмірге немесе тізілімге сай емес",
        "Транспорт в акте не тот, что на снимке и в реестре",
        "The vehicle in the act is not that of the plate read and of the register",
    ),
    _reason(
        "VEHICLE_NOT_ORDINARY",
        "807(1)(2); 876; policy",
        "Көлік құралы кәдімгі азаматтық есепте тұрған көлік емес",
        "Транспорт не состоит на обычном гражданском учёте",
        "The vehicle is not an ordinary registered civil one",
    ),
    _reason(
        "PLATE_NOT_OF_GRAMMAR",
        "822-1(1)(3); brief 6",
        "Нөмір белгісінің үлгісі немесе өңірі жоқ",
        "Такого вида номера или такого региона нет",
        "There is no plate of this shape, or no such region",
    ),
    _reason(
        "EXCESS_NOT_OF_MEASUREMENT",
        "592; 822-1(1)(5)",
        "Актідегі асыру өлшеу нәтижесінен шықпайды",
        "Превышение в акте не следует из измерения",
        "The excess in the act does not follow from the measurement",
    ),
    _reason(
        "LIMIT_UNKNOWN",
        "592; brief 3.5",
        "Сол жердегі жылдамдық шегі белгісіз",
        "Ограничение скорости в этом месте неизвестно",
        "The speed limit there is not known",
    ),
    _reason(
        "DEVICE_NOT_OF_EVENT",
        "822-1(1)(6)",
        "Актідегі құрылғы оқиғаны жазған құрылғы емес",
        "Средство в акте не то, что записало событие",
        "The device in the act is not the one that recorded the event",
    ),
    _reason(
        "DEVICE_NOT_CERTIFIED",
        "note to 31",
        "Оқиға күні құрылғының сәйкестік сертификаты жарамсыз",
        "На день события сертификат соответствия средства не действовал",
        "The device's conformity was not certified on the day",
    ),
    _reason(
        "VERIFICATION_NOT_VALID",
        "note to 31; 822-1(1)(6)",
        "Оқиға күні салыстырып тексеру жарамсыз немесе актіде басқаша көрсетілген",
        "На день события поверка не действовала или указана иначе",
        "The verification was not valid on the day, or is stated otherwise",
    ),
    _reason(
        "PLACE_NOT_OF_EVENT",
        "822-1(1)(4)",
        "Актідегі орын құрылғы қол қойған орын емес",
        "Место в акте не то, что подписано устройством",
        "The place in the act is not the one that the device signed",
    ),
    _reason(
        "PLACE_NOT_REGISTERED",
        "803(2)(6); brief 3.5",
        "Құрылғының орны тізілімдегіден өзгеше",
        "Место устройства расходится с реестром",
        "The device's place is not as registered",
        confirmable=True,
    ),
    _reason(
        "CLOCK_OUT_OF_BOUND",
        "policy clock_offset_us",
        "Құрылғы сағатының дәлдігі белгісіз немесе шектен тыс",
        "Точность часов устройства неизвестна или вне допуска",
        "The device's clock was not known to be right within the bound",
    ),
    _reason(
        "TIME_NOT_OF_EVENT",
        "822-1(1)(4)",
        "Актідегі уақыт құрылғы қол қойған уақыт емес",
        "Время в акте не то, что подписано устройством",
        "The time in the act is not the one that the device signed",
    ),
    _reason(
        "EVIDENCE_INCOMPLETE",
        "822-1(1)(5); 31",
        "Бұл құқық бұзушылыққа қажет дәлелдемелер толық емес",
        "Набор доказательств для этого нарушения неполон",
        "The evidence that this offence needs is not complete",
    ),
    _reason(
        "EVIDENCE_NOT_OF_EVENT",
        "822-1(1)(5); 31",
        "Дәлелдемелер құрылғы қол қойған суреттер емес",
        "Доказательства не те снимки, что подписало устройство",
        "The evidence is not the pictures that the device signed",
    ),
    _reason(
        "INVESTOR_CONSENT",
        "802(3-1); 759(4)-(5)",
        "Тұлға инвесторлар тізілімінде: қызметкердің бастамасымен іс қозғауға прокурордың алдын ала келісімі керек, "
        "автоматты тіркеуге керек емес",
        "Лицо состоит в реестре инвесторов: возбуждение по инициативе сотрудника требует предварительного согласия "
        "прокурора, автоматическая фиксация не требует",
        "The person is a registered investor: an officer's initiation needs the prosecutor's prior consent, an "
        "automatic detection does not",
    ),
    _reason(
        "OFFICER_NOT_NAMED",
        "821(2); brief 8",
        "Қызметкердің растауы қажет болған, бірақ актіде дұрыс көрсетілмеген",
        "Нужно было подтверждение сотрудника, и в акте оно указано неверно",
        "An officer had to confirm it, and the act does not say so rightly",
    ),
)
"""What the controls of formation find in an act about to be signed (adjudication.formation)."""

REASONS = {
    reason.code: reason for reason in (*_AUTOMATIC, *_CLOSED, *_REJECTED, *_REFERRED, *_WAITING, *_REVIEWED, *_FORMED)
}

REJECTIONS = frozenset(reason.code for reason in (*_CLOSED, *_REJECTED))
"""Codes an officer may give for a rejection; other words are kept in the trace under OFFICER_REJECTED."""


def text_of(code: str, language: str) -> str:
    """The words of a reason in `kk`, `ru` or `en`; the code itself where it is not known here."""
    known = REASONS.get(code)
    return getattr(known.text, language) if known else code
