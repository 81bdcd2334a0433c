"""The whole centre with its faces, in one process: what `tarazy up` and `tarazy demo` start and stop."""

import logging
import os
from collections.abc import Mapping
from functools import partial
from types import TracebackType

import msgspec
from fastapi import FastAPI

from adjudication.errors import Invalid
from dashboards.serving import Served, listening, url_of
from dashboards.web import pages
from ingest.access import Refusals
from ingest.clock import Clock, system_clock
from ingest.gateway import Taking, door, taking
from integrations.centre import RunningCentre, State
from integrations.config import Settings
from integrations.lawfiles import load_policy
from integrations.masking import Copies
from integrations.pipeline import Centre, embedded
from vision.batching import Fed
from vision.bystanders import open_bystanders
from vision.fitted import Fittings, fitted_eyes, fitted_second
from vision.onnx import CPU, Device
from vision.ports import Eyes, SecondReader

_DOOR: Mapping[Taking, State] = {"streaming": "working", "spooling": "working", "full": "held", "stopped": "crashed"}
"""A door that spools takes events, so traffic may come to it; one that is full sends them back."""


class FacedCentre:
    """Road, door and pages between `start` and `stop`. Also a context manager."""

    def __init__(
        self,
        settings: Settings,
        eyes: Eyes | None,
        second: SecondReader | None = None,
        *,
        demonstration: bool,
        clock: Clock = system_clock,
    ):
        """Opens the stores and claims both addresses. Without `second` no plate is read twice, and no act is automatic.

        Raises:
            Unavailable: another process has the data folder or an address.
            Invalid: a key file, the law or the policy is not what it must be; `policy-for-demonstrations`.
        """
        if not demonstration:
            refuse_demonstration_policy(settings)
        logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines at INFO hold whole addresses
        door_at, web_at = listening(settings.host, settings.door_port), listening(settings.host, settings.web_port)
        known = msgspec.structs.replace(settings, public_url=settings.public_url or url_of(web_at))
        self.centre: Centre = embedded(known, clock)
        self.running = RunningCentre(self.centre, eyes, second)
        copies = Copies(partial(open_bystanders, settings.models) if eyes is not None else None)
        self.door = Served(door_of(self.running), door_at)
        self.web = Served(pages(self.running, demonstration=demonstration, copies=copies), web_at)

    def start(self) -> "FacedCentre":
        """Start the road, then open the door and the pages."""
        self.running.start()
        self.door.start()
        self.web.start()
        return self

    def stop(self) -> None:
        """Close the door first, let the road finish what is in hand, close the stores."""
        self.door.stop()
        self.web.stop()
        self.running.stop()

    def __enter__(self) -> "FacedCentre":
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def eyes_of(settings: Settings) -> Eyes | None:
    """The eyes that the settings ask for; None where the devices' own readings are to stand alone.

    Raises:
        ModelsMissing: the models are not there; the text says what to do.
        Invalid: `provider-unavailable`, networks cannot run where the settings want them; so does this.
            `weights-reference`, `detector-unusable`: the fitted weights are not what they must be.
    """
    if not settings.vision:
        return None
    device, cores = _device(settings), os.cpu_count() or 1
    eyes = fitted_eyes(settings.models, _fittings(settings), threads=cores, device=device)
    return Fed(eyes, decoders=1 if device == CPU else cores)


def second_of(settings: Settings) -> SecondReader | None:
    """The second reader of plates that the eyes have read, on the same device; None where there are no eyes.

    Raises:
        ModelsMissing: as `eyes_of`.
        Invalid: `provider-unavailable`, it cannot run where the settings want it; a fitted one runs on the processor
            alone. `weights-reference`, `recogniser-unusable`: a fitted one is not what it must be.
    """
    if not settings.vision:
        return None
    cores = os.cpu_count() or 1
    return fitted_second(settings.models, _fittings(settings), threads=cores, device=_device(settings))


def _device(settings: Settings) -> Device:
    return Device(settings.provider, settings.device, settings.half)


def _fittings(settings: Settings) -> Fittings:
    return Fittings(settings.plate_detector, settings.vehicle_detector, settings.second_reader)


def refuse_demonstration_policy(settings: Settings) -> None:
    """Returns if the policy may decide about real people.

    Raises:
        Invalid: `policy-for-demonstrations`.
    """
    if load_policy(settings.policy).demonstration:
        raise Invalid(
            "policy-for-demonstrations",
            f"policy {settings.policy!r} must never decide about real people: set TARAZY_POLICY=default, or run a demo",
        )


def door_of(running: RunningCentre) -> FastAPI:
    """The cameras' door of a running centre, which is fit for work while its door takes events."""
    centre = running.centre
    app = door(
        centre.devices,
        centre.stream,
        centre.spool,
        centre.clock,
        centre.receipt_key,
        status=centre.fates,
        admin_token=centre.admin_token,
        count=running.telemetry.door,
        tracing=running.traces,
        refusals=Refusals(running.telemetry.refused),
    )
    running.has_face("door", lambda: _DOOR[taking(app)])
    return app
