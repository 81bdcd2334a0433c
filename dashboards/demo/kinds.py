"""The kinds of passages a demonstration plays: whose vehicle, what the device saw, how it looks, what must come of it.

The expectations are written from the law's text (brief §1, §3, §15), not computed by the code that is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dashboards.demo.expected import ExpectedCase, auto, refer, reject, review
from integrations.simulators.profiles import ProfileName

DeviceKind = Literal["speed", "signal", "lapsed"]
Sight = Literal["clear", "two", "unreadable", "empty", "truck"]
Hint = Literal["some", "never", "wrong"]
Facts = Literal["speed", "red_light", "nothing"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `count` of two hundred passages are of it.

    `profiles` is whose vehicle it is, () for a foreign one or none. `excess` bounds the excess over the limit that is
    left after the error, km/h, both inclusive. `sight` is how the scene looks, `hint` whether the device sends a
    reading of its own, `standing_traffic` what it says of a jam. `cases` must come of it; none: the passage is closed.
    """

    name: str
    count: int
    profiles: tuple[ProfileName, ...]
    cases: tuple[ExpectedCase, ...] = ()
    facts: Facts = "speed"
    excess: tuple[int, int] = (21, 39)
    device: DeviceKind = "speed"
    sight: Sight = "clear"
    hint: Hint = "some"
    clock_offset_us: int = 0
    standing_traffic: bool | None = None


_DOUBTFUL_PLATE = ("PLATE_UNREAD", "PLATE_UNSURE", "SECOND_READ_MISSING", "READS_DISAGREE", "PICTURE_DOUBTFUL")
_WHOSE = ("PLATE_AMBIGUOUS", "COUNTRY_UNSETTLED", "NO_VEHICLE_RECORD")
_UNREAD = (*_DOUBTFUL_PLATE, *_WHOSE, "SEVERAL_CANDIDATES", "CLASS_MISMATCH", "CLASS_UNSETTLED")

_CLEAR = (
    Kind("592(1): 10–20 over", 26, ("ordinary",), (auto("592(1)"),), excess=(11, 19)),
    Kind("592(2): 20–40 over", 22, ("ordinary",), (auto("592(2)"),)),
    Kind("592(3): 40–60 over", 12, ("ordinary",), (auto("592(3)"),), excess=(41, 59)),
    Kind("592(3-1): 60 over and more", 8, ("ordinary",), (auto("592(3-1)"),), excess=(61, 90)),
    # At a border the milder part applies, and exactly 10 is punishable. Source: brief §15.2
    Kind("exactly 10 over", 1, ("ordinary",), (auto("592(1)"),), excess=(10, 10)),
    Kind("exactly 20 over", 1, ("ordinary",), (auto("592(1)"),), excess=(20, 20)),
    Kind("exactly 40 over", 1, ("ordinary",), (auto("592(2)"),), excess=(40, 40)),
    Kind("exactly 60 over", 1, ("ordinary",), (auto("592(3)"),), excess=(60, 60)),
    Kind("red light", 13, ("ordinary",), (auto("599(1)"),), "red_light", device="signal"),
    Kind("no insurance", 12, ("uninsured",), (auto("230(2)"),), "nothing"),
    Kind("no inspection", 10, ("uninspected",), (auto("590(9)"),), "nothing", device="signal"),
    Kind("neither", 3, ("uninsured_uninspected",), (auto("230(2)"), auto("590(9)")), "nothing"),
    Kind("speeding uninsured", 4, ("uninsured",), (auto("592(2)"), auto("230(2)"))),
    Kind("speeding again within a year", 6, ("repeat_speed",), (auto("592(4)"),)),
    Kind("speeding again after years", 3, ("stale_prior",), (auto("592(2)"),)),
    Kind("no inspection again", 4, ("repeat_inspection",), (auto("590(10)"),), "nothing"),
    Kind("leased: the holder speeds", 3, ("leased",), (auto("592(2)"),)),
    Kind("a small firm speeds", 3, ("small_company",), (auto("592(1)"),), excess=(11, 19)),
    Kind("a plate of 1993 speeds", 2, ("old_plate",), (auto("592(2)"),)),
    # The sum of 592 does not depend on a firm's size. Source: brief §1.1
    Kind("a firm of unknown size speeds", 2, ("unknown_size_company",), (auto("592(2)"),)),
)
_LAWFUL = (
    Kind("lawful, measured", 8, ("ordinary", "unknown_size_company"), excess=(-35, 0)),
    Kind("lawful, not measured", 9, ("ordinary", "leased"), facts="nothing"),
    Kind("lawful, two abreast", 3, ("ordinary",), facts="nothing", sight="two", hint="never"),
    Kind("less than 10 over", 8, ("ordinary",), excess=(1, 9)),
    Kind("an empty road", 1, (), facts="nothing", sight="empty", hint="never"),
)
_DOUBTFUL = (
    Kind("two abreast", 4, ("ordinary",), (review("592(2)", "SEVERAL_CANDIDATES"),), sight="two", hint="never"),
    Kind("unreadable", 4, ("ordinary",), (review("592(2)", *_UNREAD),), sight="unreadable", hint="never"),
    Kind("measured, nobody there", 1, (), (review("592(2)", *_UNREAD),), sight="empty", hint="never"),
    Kind("foreign", 3, (), (refer("592(2)", "FOREIGN_PLATE"),)),
    Kind("military police", 2, ("military",), (refer("592(2)", "MILITARY_POLICE"),), sight="truck"),
    Kind("diplomatic", 2, ("diplomatic",), (refer("592(2)", "DIPLOMATIC"),)),
    Kind("the owner has died", 3, ("deceased_owner",), (reject("592(2)", "DEAD_OR_LIQUIDATED"),)),
    Kind("verification lapsed", 3, ("ordinary",), (reject("592(2)", "LAPSED_VERIFICATION"),), device="lapsed"),
    Kind("stolen", 2, ("stolen",), (review("592(2)", "VEHICLE_STOLEN_OR_WANTED"),)),
    Kind("wanted", 1, ("wanted",), (review("592(2)", "VEHICLE_STOLEN_OR_WANTED"),)),
    Kind("scrapped", 1, ("scrapped",), (review("592(2)", "VEHICLE_NOT_IN_USE"),)),
    # A car under a heavy lorry's plate: a copy, perhaps; seen too unsurely to say so, it is for a person all the same.
    Kind("another class", 2, ("large_company",), (review("592(2)", "CLASS_MISMATCH", "CLASS_UNSETTLED"),)),
    Kind("a state body", 1, ("state_body",), (review("592(2)", "SPECIAL_SUBJECT"),)),
    Kind("a minor", 1, ("minor_owner",), (review("592(2)", "MINOR"),)),
    Kind("repeated under another part", 1, ("repeat_speed",), (review("592(3)", "REPEAT_UNSETTLED"),), excess=(41, 59)),
    Kind(
        "size decides and is unknown",
        1,
        ("uninsured_unknown_size",),
        (review("230(2)", "SIZE_UNKNOWN"),),
        "nothing",
    ),
    Kind("clock off", 1, ("ordinary",), (review("592(2)", "CLOCK_UNSURE"),), clock_offset_us=7_000_000),
    Kind(
        "a red light in a jam",
        1,
        ("ordinary",),
        (review("599(1)", "JAM"),),
        "red_light",
        device="signal",
        standing_traffic=True,
    ),
    Kind("the device reads otherwise", 1, ("ordinary",), (review("592(2)", *_DOUBTFUL_PLATE),), hint="wrong"),
)

KINDS: tuple[Kind, ...] = (*_CLEAR, *_LAWFUL, *_DOUBTFUL)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
