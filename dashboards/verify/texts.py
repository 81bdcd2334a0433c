"""What each link of the chain is, and what it means when it is broken, in words for people."""

from dataclasses import dataclass
from typing import Literal

from dashboards.verify.report import Link

Language = Literal["kk", "ru", "en"]


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the three languages."""

    kk: str
    ru: str
    en: str

    def of(self, language: Language) -> str:
        """The text in one language."""
        return str(getattr(self, language))


TITLES: dict[Link, Words] = {
    "container": Words("Файл бүтін", "Файл цел", "The file is whole"),
    "act": Words("Акт оқылады", "Акт читается", "The act can be read"),
    "decision": Words("Шешім осы актінікі", "Решение относится к этому акту", "The decision belongs to the act"),
    "signature": Words("Органның қолтаңбасы", "Подпись органа", "The body's signature"),
    "log": Words("Актілер журналындағы жазба", "Запись в журнале актов", "The entry in the log of acts"),
    "pictures": Words("Суреттер өзгертілмеген", "Снимки не изменены", "The pictures are unchanged"),
    "record": Words("Құрылғының қолтаңбасы", "Подпись прибора", "The device's signature"),
    "facts": Words("Деректер сәйкес келеді", "Сведения совпадают", "The facts agree"),
    "sums": Words("Сомалар дұрыс есептелген", "Суммы рассчитаны верно", "The sums are right"),
}

MEANINGS: dict[Link, Words] = {
    "container": Words(
        "Бұл дәлелдеме бумасы емес немесе файл жасалғаннан кейін өзгертілген.",
        "Это не пакет доказательств, либо файл изменён после создания.",
        "This is not an evidence pack, or the file was changed after it was made.",
    ),
    "act": Words(
        "Актінің мәтіні бүлінген: онда не айтылғанын сенімді оқу мүмкін емес.",
        "Текст акта испорчен: нельзя надёжно сказать, что в нём написано.",
        "The act's text is spoilt: nobody can say with certainty what it says.",
    ),
    "decision": Words(
        "Бумадағы шешім осы акт шығарылған шешім емес.",
        "Решение в пакете — не то, по которому вынесен этот акт.",
        "The decision in the pack is not the one this act was issued on.",
    ),
    "signature": Words(
        "Бұл актіге көрсетілген орган қол қойғаны дәлелденбейді.",
        "Не доказано, что этот акт подписал указанный в нём орган.",
        "Nothing proves that the body named in the act signed it.",
    ),
    "log": Words(
        "Бұл акт ашық журналда тіркелгені дәлелденбейді: ол жасырын шығарылған немесе ауыстырылған болуы мүмкін.",
        "Не доказано, что акт внесён в журнал: он мог быть подменён или выпущен в обход журнала.",
        "Nothing proves that the act was logged: it may have been replaced, or issued past the log.",
    ),
    "pictures": Words(
        "Сурет жоқ немесе ол акт жасалған сурет емес.",
        "Снимка нет, либо это не тот снимок, по которому составлен акт.",
        "A picture is missing, or is not the one the act was made from.",
    ),
    "record": Words(
        "Бұл суретті және өлшемді тіркелген құрылғы жасағаны дәлелденбейді.",
        "Не доказано, что снимок и измерение сделал зарегистрированный прибор.",
        "Nothing proves that a registered device took this picture and this reading.",
    ),
    "facts": Words(
        "Актідегі мәлімет құрылғының жазбасынан немесе тізілімнің жауабынан өзгеше.",
        "Сведения в акте расходятся с записью прибора или с ответом реестра.",
        "The act says something else than the device's record or a register's answer.",
    ),
    "sums": Words(
        "Бап немесе сома шешімдегіден өзгеше, не дұрыс есептелмеген.",
        "Статья или сумма не та, что в решении, либо посчитана неверно.",
        "The article or the sum is not the decision's, or is wrongly computed.",
    ),
}

STATES: dict[str, Words] = {
    "holds": Words("расталды", "подтверждено", "holds"),
    "broken": Words("БҰЗЫЛҒАН", "НАРУШЕНО", "BROKEN"),
    "unchecked": Words("тексерілмеді", "не проверено", "not checked"),
}

VALID = Words(
    "Акт шынайы: барлық буын расталды.",
    "Акт подлинный: все звенья подтверждены.",
    "The act is genuine: every link holds.",
)
MASKED = Words(
    "Бумадағы суреттер — көшірмелер: бөгде адамдар, нөмірлер мен беттер жасырылған, көшірмелерге орган қол қойған. "
    "Түпнұсқалардың бақылау сомалары актіде және құрылғының жазбасында тұр; түпнұсқалары бар толық бума "
    "сотқа беріледі.",
    "Снимки в пакете — копии: посторонние люди, номера и лица скрыты, за копии подписался орган. "
    "Контрольные суммы оригиналов стоят в акте и в записи прибора; полный пакет с оригиналами предоставляется суду.",
    "The pictures in this pack are copies: other people, plates and faces are hidden, and the body signed for them. "
    "The digests of the originals stand in the act and in the device's record; a court is given the full pack.",
)
INVALID = Words(
    "Бұл бумаға сенуге болмайды.",
    "Этому пакету доверять нельзя.",
    "This pack cannot be trusted.",
)
