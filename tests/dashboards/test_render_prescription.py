"""The paper says everything the law asks for, in both languages, and the same bytes every time."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from io import BytesIO

import cv2
import msgspec
import numpy as np
import pypdf
import pytest

from adjudication import codec
from adjudication.errors import Invalid
from adjudication.facts import Box, LoadMeasurement
from adjudication.lawbook import Texts
from adjudication.protocol import Act
from adjudication.terms import DeliveryTerms
from dashboards.render import paper
from dashboards.render.document import Shot
from dashboards.render.layout import READING, SAMPLE, render
from dashboards.render.prescription import prescription
from dashboards.render.wording import article, instant, money, speed, sum_of
from integrations.authority import DEMO_BODY
from integrations.lawfiles import load_law
from tests import proofs, samples
from tests.papers import bare, missing, text_of

replace = msgspec.structs.replace
LINK = "https://tarazy.example/o/11-2026-000000001?t=AbCd&l=kk"
KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
TITLE = load_law().title("prescription", date(2026, 4, 6))


def jpeg() -> bytes:
    picture = np.full((270, 480, 3), 90, np.uint8)
    cv2.rectangle(picture, (210, 180), (270, 195), (240, 240, 240), -1)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def sample(**changes: object) -> Act:
    return replace(proofs.act(samples.decision()), **changes)


def render_act(
    act: Act, title: Texts, shots: Sequence[Shot], link: str, delivered: DeliveryTerms | None = None
) -> bytes:
    return render(prescription(act, title, shots, link, delivered))


def written(act: Act, *shots: Shot, delivered: DeliveryTerms | None = None) -> str:
    return text_of(render_act(act, TITLE, shots, LINK, delivered))


def test_every_item_of_the_law_stands_there_in_both_languages() -> None:
    act = sample(addressee=replace(sample().addressee, name_kk=f"Әбілқайырұлы Һ {KAZAKH}"))
    text = written(act)
    document = prescription(act, TITLE, (), LINK)
    assert [item.number for item in document.items] == list(range(1, 11))
    assert [item.source for item in document.items] == [f"822-1(1) {n})" for n in range(1, 11)]
    assert missing(document, render(document)) == []
    for said in (
        act.body.name_kk,
        act.body.location_ru,
        act.addressee.name_ru,
        act.addressee.number,
        "01.01.1990",
        act.addressee.address,
        "489AAC02",
        "06.04.2026 08:00:00",
        act.place.title_kk,
        act.place.title_ru,
        act.statement_kk,
        act.statement_ru,
        "часть 2 статьи 592 КоАП РК",
        "ҚР ӘҚБтК 592-бабының 2-бөлігі",
        "83 км/сағ",
        "21 км/ч",
        act.device.serial,
        "№ RK-06-02-210314",
        "20.07.2025",
        "20.07.2027",
        "10 × 4 325 ₸ = 43 250 ₸",
        "қырық үш мың екі жүз елу теңге",
        "сорок три тысячи двести пятьдесят тенге",
        "21 625 ₸",
        "7 тәулік",
        "7 суток",
        "826-2",
        codec.digest(act),
        act.number,
        TITLE.kk,
        TITLE.ru,
    ):
        assert bare(said) in text, said
    assert all(letter in text for letter in KAZAKH)


@pytest.mark.parametrize(
    ("on", "kk", "ru"),
    [
        (date(2026, 3, 11), "Айыппұл төлеу қажеттілігі туралы нұсқама", "Предписание о необходимости уплаты штрафа"),
        (
            date(2026, 3, 12),
            "Ескерту немесе айыппұл төлеу қажеттілігі туралы нұсқама",
            "Предписание о предупреждении или необходимости уплаты штрафа",
        ),
    ],
)
def test_the_title_is_the_laws_on_the_day(on: date, kk: str, ru: str) -> None:
    act = sample(initiated_on=on)
    text = text_of(render_act(act, load_law().title("prescription", on), (), LINK))
    assert bare(kk) in text
    assert bare(ru) in text


def test_half_a_tenge_is_shown_and_not_rounded() -> None:
    act = sample(mci_count=5, sum_tiyn=2_162_500, discount_tiyn=1_081_250)
    assert bare("10 812,50 ₸") in written(act)
    assert bare("10 812,50 ₸ (он мың сегіз жүз он екі теңге елу тиын)") in written(act)
    assert bare("10 812,50 ₸ (десять тысяч восемьсот двенадцать тенге пятьдесят тиынов)") in written(act)
    assert bare("21 625 ₸") in written(act)


def test_last_days_are_printed_once_delivery_is_known() -> None:
    delivered = DeliveryTerms(
        discount_last_day_on=date(2026, 4, 15),
        considered_after_last_day_on=date(2026, 4, 27),
        appeal_last_day_on=date(2026, 5, 14),
        in_force_on=date(2026, 5, 15),
        payment_last_day_on=date(2026, 6, 29),
    )
    text = written(sample(), delivered=delivered)
    for on in ("15.04.2026", "14.05.2026", "29.06.2026"):
        assert f"соңғыкүні—{on}" in text
        assert f"последнийдень—{on}" in text
    assert "соңғыкүні" not in written(sample())


def test_a_warning_names_no_money() -> None:
    act = sample(form="warning", part="602(1)", mci_count=0, sum_tiyn=0, discount_tiyn=None, measurement=None)
    text = written(replace(act, excess_kmh=None, device=replace(act.device, verification=None)))
    assert "Ескерту." in text
    assert "Предупреждение." in text
    assert "₸" not in text
    assert "АЕК" not in text


def test_a_company_is_named_by_its_number_and_seat() -> None:
    text = written(sample(addressee=replace(sample().addressee, kind="legal_person", born_on=None)))
    assert "БСН:" in text
    assert "БИН:" in text
    assert "ИИН" not in text


def test_a_possessor_reads_why_it_is_they_and_is_not_asked_whom_they_lent_the_vehicle() -> None:
    owners, possessors = written(sample()), written(sample(of_possessor=True))
    for said in ("осы тұлғаның иелігінде болған", "владело это лицо (ч. 3 ст. 31)"):
        assert bare(said) in bare(possessors)
        assert bare(said) not in bare(owners)
    assert bare("Если транспортным средством владело другое лицо") in bare(owners)
    assert bare("Если транспортным средством владело другое лицо") not in bare(possessors)


def test_without_a_discount_none_is_promised() -> None:
    assert "50%" not in written(sample(discount_tiyn=None))


def test_an_unknown_day_of_birth_is_a_dash() -> None:
    assert "Датарождения:—" in written(sample(addressee=replace(sample().addressee, born_on=None)))


def test_an_officers_name_stands_where_an_officer_confirmed() -> None:
    assert bare("Подтвердило должностное лицо: Оңғарова Ә. Ұ.") in written(
        sample(decided_by="officer", officer="Оңғарова Ә. Ұ.")
    )


def test_a_protocol_is_another_document() -> None:
    with pytest.raises(Invalid, match="document-unfit"):
        written(sample(form="protocol"))


def test_a_sample_is_marked_on_every_page_and_a_true_act_is_not() -> None:
    marked = pypdf.PdfReader(BytesIO(render_act(sample(body=DEMO_BODY), TITLE, [Shot(jpeg())] * 3, LINK)))
    assert len(marked.pages) > 1
    assert all("SYNTHETIC / DEMO" in page.extract_text() for page in marked.pages)
    assert bare(SAMPLE.kk) in bare(marked.pages[0].extract_text())
    assert "SYNTHETIC" not in written(sample(body=replace(proofs.BODY, body_id="true-body")))


def test_a_picture_stands_in_the_file_once_and_as_it_came() -> None:
    picture = jpeg()
    pdf = render_act(sample(), TITLE, [Shot(picture, Box(x=200, y=170, width=80, height=35))], LINK)
    assert pdf.count(picture) == 1
    assert "Фотоснимок1" in text_of(pdf)
    assert "Номернойзнак:489AAC02" in text_of(pdf)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (Box(x=100, y=100, width=50, height=20), Box(x=90, y=96, width=70, height=28)),
        (Box(x=0, y=260, width=50, height=20), Box(x=0, y=256, width=60, height=14)),
        (Box(x=600, y=100, width=50, height=20), None),
        (Box(x=100, y=100, width=0, height=20), None),
    ],
)
def test_the_plate_is_shown_with_a_margin_and_never_beside_the_picture(box: Box, expected: Box | None) -> None:
    assert paper.around(box, paper.open_picture(jpeg())) == expected


def test_a_plate_beside_the_picture_is_left_out() -> None:
    assert "Номернойзнак:" not in written(sample(), Shot(jpeg(), Box(x=600, y=0, width=9, height=9)))


def test_a_picture_that_is_no_jpeg_is_refused() -> None:
    with pytest.raises(Invalid, match="picture-not-jpeg"):
        written(sample(), Shot(b"\x89PNG"))


def test_what_people_write_is_text_and_never_markup() -> None:
    text = written(sample(addressee=replace(sample().addressee, name_ru="<b>ТОО</b> «А&Б» <img src='x'/>")))
    assert bare("<b>ТОО</b> «А&Б» <img src='x'/>") in text


def test_the_link_is_printed_and_can_be_followed() -> None:
    pdf = render_act(sample(), TITLE, (), LINK)
    notes = pypdf.PdfReader(BytesIO(pdf)).pages[0]["/Annots"]
    assert [note.get_object()["/A"]["/URI"] for note in notes] == [LINK]


def test_the_qr_code_holds_the_link() -> None:
    modules = np.array([list(row) for row in paper.qr_modules(LINK)], np.uint8)
    image = cv2.resize(255 * (1 - modules), None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    assert cv2.QRCodeDetector().detectAndDecode(image)[0] == LINK


def test_the_same_act_gives_the_same_bytes_in_any_process() -> None:
    source = (
        "import hashlib; from tests.dashboards import test_render_prescription as t;"
        "print(hashlib.sha256(t.render_act(t.sample(), t.TITLE, [t.Shot(t.jpeg())], t.LINK)).hexdigest())"
    )
    here = hashlib.sha256(render_act(sample(), TITLE, [Shot(jpeg())], LINK)).hexdigest()
    environment = os.environ | {"PYTHONHASHSEED": "1", "TZ": "Asia/Almaty"}
    run = subprocess.run(
        [sys.executable, "-c", source], env=environment, check=True, capture_output=True, text=True, timeout=60
    )
    assert run.stdout.strip() == here


@pytest.mark.parametrize(
    ("tiyn", "expected"),
    [(0, "0 ₸"), (1, "0,01 ₸"), (4_325_000, "43 250 ₸"), (648_750, "6 487,50 ₸"), (123_456_789_00, "123 456 789 ₸")],
)
def test_money_is_grouped_by_thousands(tiyn: int, expected: str) -> None:
    assert money(tiyn).replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(("value", "expected"), [(8300, "83"), (8350, "83,5"), (8305, "83,05"), (100, "1"), (0, "0")])
def test_a_speed_is_written_as_it_was_measured(value: int, expected: str) -> None:
    assert speed(value) == expected


def test_an_instant_is_told_in_civil_time() -> None:
    assert instant(samples.CAPTURED_US) == "06.04.2026 08:00:00"
    assert instant(1_798_743_600_000_000 - 1) == "31.12.2026 23:59:59"


def test_an_article_is_named_as_the_code_names_it() -> None:
    assert article("592(3-1)").ru == "часть 3-1 статьи 592 КоАП РК"
    with pytest.raises(ValueError, match="not a part"):
        article("592")


def test_who_reads_english_is_told_that_it_is_no_document() -> None:
    document = prescription(sample(), TITLE, (), LINK)
    pdf = render(document, ("en",))
    assert missing(document, pdf, ("en",)) == []
    assert bare(READING.en) in text_of(pdf)
    assert bare(READING.en) not in text_of(render(document))
    assert "Айыппұл" not in text_of(pdf)


@pytest.mark.parametrize(
    ("tiyn", "kk", "ru", "en"),
    [
        (
            1_081_250,
            "он мың сегіз жүз он екі теңге елу тиын",
            "десять тысяч восемьсот двенадцать тенге пятьдесят тиынов",
            "ten thousand eight hundred and twelve tenge fifty tiyn",
        ),
        (
            2_162_500,
            "жиырма бір мың алты жүз жиырма бес теңге",
            "двадцать одна тысяча шестьсот двадцать пять тенге",
            "twe",
        ),
        (100, "бір теңге", "один тенге", "one tenge"),
        (1, "нөл теңге бір тиын", "ноль тенге один тиын", "zero tenge one tiyn"),
        (2, "нөл теңге екі тиын", "ноль тенге два тиына", "zero tenge two tiyn"),
    ],
)
def test_a_sum_is_said_in_figures_and_in_words(tiyn: int, kk: str, ru: str, en: str) -> None:
    said = sum_of(tiyn)
    assert (said.kk, said.ru) == (f"{money(tiyn)} ({kk})", f"{money(tiyn)} ({ru})")
    assert said.en.startswith(f"{money(tiyn)} ({en}")


def test_an_act_on_weight_says_what_the_scales_said() -> None:
    load = LoadMeasurement(kind="gross_mass", value=43_000, error=400, permitted=40_000)
    text = written(sample(part="571(6)", measurement=None, excess_kmh=None, load=load, excess_load=2_600))
    for said in ("Өлшенген жалпы салмағы: 43000 кг", "Погрешность (вычтена): 400 кг", "Величина превышения: 2600 кг"):
        assert bare(said) in text
    wide = written(sample(load=replace(load, kind="width", value=3_000), excess_load=350))
    assert bare("Измеренная ширина: 3000 мм") in wide
