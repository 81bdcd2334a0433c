"""One role of a cluster as a process: what `tarazy run ROLE` starts and stops."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from dashboards.centre import door_of, eyes_of, refuse_demonstration_policy, second_of
from dashboards.machines import machines
from dashboards.serving import Served, listening
from dashboards.web import pages
from integrations.centre import RunningCentre
from integrations.config import Settings
from integrations.masking import Copies
from integrations.pipeline import cluster
from integrations.roles import Role
from vision.bystanders import open_bystanders
from vision.ports import Eyes, SecondReader


@contextmanager
def running_role(
    settings: Settings,
    role: Role,
    eyes: Callable[[Settings], Eyes | None] = eyes_of,
    second: Callable[[Settings], SecondReader | None] = second_of,
) -> Iterator[list[str]]:
    """The role at work, and the addresses it answers at; leaving finishes what is in hand: faces first, then the road.

    `eyes` and `second` open what the role's `networks` ask for.

    Raises:
        Unavailable: an address is taken, or a store that the role begins with does not answer.
        Invalid: a key file, the law, the policy, a schema or a setting is not what it must be.
        ModelsMissing: the role reads pictures, and the models are not there.
    """
    refuse_demonstration_policy(settings)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines at INFO hold whole addresses
    with ExitStack() as stack:
        reader = eyes(settings) if "eyes" in role.networks else None
        other = second(settings) if "second" in role.networks else None
        centre = cluster(settings)
        stack.callback(centre.close)
        working = RunningCentre(centre, reader, other, role)
        stack.enter_context(working)
        apps = [(machines(working), settings.ops_port)]
        if role.face == "door":
            apps.append((door_of(working), settings.door_port))
        if role.face == "pages":
            copies = Copies(partial(open_bystanders, settings.models) if settings.vision else None)
            apps.append((pages(working, demonstration=False, copies=copies), settings.web_port))
        served = [stack.enter_context(Served(app, listening(settings.host, port))) for app, port in apps]
        yield [each.url for each in served]
