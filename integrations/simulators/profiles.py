"""Profiles: the sorts of vehicles a population is made of, and how many of each hundred are of each sort."""

from typing import Literal

from adjudication.answers import SizeClass

ProfileName = Literal[
    "ordinary",
    "uninsured",
    "uninspected",
    "uninsured_uninspected",
    "repeat_speed",
    "repeat_inspection",
    "stale_prior",
    "deceased_owner",
    "minor_owner",
    "small_company",
    "medium_company",
    "large_company",
    "unknown_size_company",
    "uninsured_unknown_size",
    "state_body",
    "passenger_carrier",
    "leased",
    "emergency",
    "military",
    "diplomatic",
    "stolen",
    "wanted",
    "scrapped",
    "motorcycle",
    "trailer",
    "old_plate",
]

Standing = Literal["ordinary", "sole_trader", "state_body", "branch", "foreign", "non_profit"]

PER_HUNDRED: dict[ProfileName, int] = {
    "ordinary": 52,  # an adult's insured and, where it must be, inspected car
    "uninsured": 8,
    "uninspected": 7,  # more than ten years old
    "uninsured_uninspected": 2,
    "repeat_speed": 4,  # a penalty under 592(2) executed within the year
    "repeat_inspection": 2,  # uninspected, with a penalty under 590(9) executed within the year
    "stale_prior": 2,  # a penalty under 592(2) executed more than two years ago
    "deceased_owner": 1,
    "minor_owner": 1,
    "small_company": 2,
    "medium_company": 1,
    "large_company": 1,
    "unknown_size_company": 2,
    "uninsured_unknown_size": 1,  # a firm whose size the sum depends on, and nobody knows it
    "state_body": 1,
    "passenger_carrier": 1,
    "leased": 2,  # the holder, not the owner, is liable
    "emergency": 1,
    "military": 1,
    "diplomatic": 1,
    "stolen": 1,
    "wanted": 1,
    "scrapped": 1,
    "motorcycle": 1,
    "trailer": 1,
    "old_plate": 2,  # a plate of 1993
}

COMPANIES: dict[ProfileName, tuple[SizeClass, Standing]] = {
    "small_company": ("small", "ordinary"),
    "medium_company": ("medium", "ordinary"),
    "large_company": ("large", "ordinary"),
    "unknown_size_company": ("unknown", "ordinary"),
    "uninsured_unknown_size": ("unknown", "ordinary"),
    "state_body": ("unknown", "state_body"),
    "passenger_carrier": ("medium", "ordinary"),
    "emergency": ("unknown", "state_body"),
    "military": ("unknown", "state_body"),
    "diplomatic": ("unknown", "foreign"),
}
"""Owned by a legal person: its size class and standing."""

OLD: frozenset[ProfileName] = frozenset({"uninspected", "uninsured_uninspected", "repeat_inspection", "old_plate"})
UNINSURED: frozenset[ProfileName] = frozenset({"uninsured", "uninsured_uninspected", "uninsured_unknown_size"})
UNINSPECTED: frozenset[ProfileName] = frozenset({"uninspected", "uninsured_uninspected", "repeat_inspection"})
