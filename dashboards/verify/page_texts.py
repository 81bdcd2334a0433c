"""The words of the verification page around the links."""

from dashboards.verify.texts import Words

TITLE = Words("Актіні тексеру", "Проверка акта", "Verify an act")
LEAD = Words(
    "Дәлелдеме бумасын таңдаңыз. Тексеру камераның кілтінен актідегі сомаға дейінгі бүкіл тізбекті қайта есептейді. "
    "Файл сақталмайды.",
    "Выберите пакет доказательств. Проверка заново проходит всю цепочку: от ключа камеры до суммы в акте. "
    "Файл не сохраняется.",
    "Choose an evidence pack. The check walks the whole chain again, from the camera's key to the sum in the act. "
    "The file is not kept.",
)
CHOOSE = Words("Дәлелдеме бумасы (.zip)", "Пакет доказательств (.zip)", "Evidence pack (.zip)")
SUBMIT = Words("Тексеру", "Проверить", "Verify")
ACT = Words("Акт нөмірі", "Номер акта", "Act number")
FILE = Words("Файлдың SHA-256 бақылау сомасы", "SHA-256 файла", "SHA-256 of the file")
WHAT = Words("Не бұзылған", "Что нарушено", "What is broken")
OFFLINE = Words(
    "Осы серверге сенбей-ақ тексеруге болады: сенім бумасын алып, «tarazy verify» пәрменін іске қосыңыз.",
    "Можно проверить, не доверяя этому серверу: возьмите пакет доверия и выполните «tarazy verify».",
    "You need not trust this server: take the trust bundle and run “tarazy verify”.",
)
BUNDLE = Words("Сенім бумасы", "Пакет доверия", "Trust bundle")
NO_FILE = Words("Файл таңдалмаған.", "Файл не выбран.", "No file was chosen.")
TOO_LARGE = Words(
    "Файл 16 МиБ-тан үлкен: бұл дәлелдеме бумасы емес.",
    "Файл больше 16 МиБ: это не пакет доказательств.",
    "The file is larger than 16 MiB: this is no evidence pack.",
)
