"""Operating policy: what the law leaves to whoever runs the centre, as dated data (`law/policy/*.toml`).

How sure a reading must be, how often a silent register is asked, how a doubtful norm is read. Each value is named and
explained in `law/README.md`. Where two readings of the law are possible the default is the milder one.
"""

import tomllib
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from adjudication import codec
from adjudication.errors import Invalid, NoData
from adjudication.facts import QualityFlag, VehicleClass, ViolationCode
from adjudication.units import Bp, Count, Name, Sha256

MOST_ROUNDS = 64
"""As many rounds of answers as a PassageChecked may hold (adjudication.messages)."""
Seconds = Annotated[int, Meta(gt=0, le=60 * 86_400)]
Excuse = Literal["standing_traffic", "forced_stop"]
"""What a device may say of why a vehicle was where it was (adjudication.messages.EventCaptured)."""


class Edition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy from `in_force` on, until the next edition. Law's own numbers do not stand here."""

    in_force: date
    bracket_boundary: Literal["milder", "lower_inclusive"]
    bus_lane_as: Literal["signs", "lane_position"]
    weight_control: Literal["refer", "here"]
    tolerance: Literal["subtract_error", "none"]
    send_term_lapsed: Literal["reject", "review"]
    possessor_send_term: Literal["review", "from_fixation"]
    repeat_year: Literal["shorter", "after_execution"]
    requery_delay_s: Seconds
    silent_first_delay_s: Seconds
    silent_longest_delay_s: Seconds
    silent_budget_s: Seconds
    silent_rounds: Annotated[int, Meta(ge=1, lt=MOST_ROUNDS)]
    send_reserve_s: Seconds
    clock_offset_us: Count
    cool_down_s: Count
    continuing_s: Count
    plate_confidence_bp: Bp
    unread_confidence_bp: Bp
    country_confidence_bp: Bp
    vehicle_confidence_bp: Bp
    class_unsettled: Literal["review", "auto"]
    excused_stop: Literal["review", "reject"]
    limit_unregistered: Literal["review", "reject"]
    unread_text: Literal["as_read", "refer"]
    travel_kmh: Annotated[int, Meta(gt=0, le=1_000)]
    speed_check_k100: Annotated[int, Meta(ge=100, le=1_000)]
    picture_within_s: Seconds
    evidence_years: Annotated[int, Meta(ge=1, le=30)]
    review_flags: tuple[QualityFlag, ...]
    doubted_by: dict[Excuse, tuple[ViolationCode, ...]]
    categories_seen_as: dict[str, tuple[VehicleClass, ...]]


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """A named policy. `demonstration` marks one that must never decide about real people."""

    name: Name
    edition: Annotated[tuple[Edition, ...], Meta(min_length=1)]
    demonstration: bool = False

    @classmethod
    def parse(cls, data: bytes) -> "Policy":
        """The policy from its file.

        Raises:
            Invalid: `policy-malformed`; the detail says what is wrong.
        """
        try:
            policy = msgspec.convert(tomllib.loads(data.decode()), cls)
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise Invalid("policy-malformed", str(error)) from error
        days = [edition.in_force for edition in policy.edition]
        if days != sorted(set(days)):
            raise Invalid("policy-malformed", f"{policy.name}: editions stand oldest first, one a day")
        return policy

    @cached_property
    def sha256(self) -> Sha256:
        """Names the policy: equal values give an equal digest."""
        return codec.digest(self)

    def on(self, day: date) -> Edition:
        """The edition in force on `day`.

        Raises:
            NoData: the policy starts later.
        """
        found = next((edition for edition in reversed(self.edition) if edition.in_force <= day), None)
        if found is None:
            raise NoData(f"policy {self.name} of {day}")
        return found
