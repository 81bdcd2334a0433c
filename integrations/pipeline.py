"""The road, on one page. Start reading here.

    cameras → door → frames → [vision] → passages → [crosscheck] → checked → [confirm] → confirmed
    passages → [sections] → passages: two of one vehicle that end a section of road are one more, of its average speed
    confirmed → [decide] → decisions → [seal] → sealed
    sealed → [issue] → casebook: acts to send, cases to review, to ask about again, to refer
    acts → [notify] → case events → [lifecycle] → casebook          everything settled → [register] → ClickHouse
    officers' verdicts and terms that end come from the casebook through its outbox, as messages like any other
    an owner released, a possessor found: [lifecycle] → rechecks → [crosscheck], the same passage about that person

`road` lists the stages in order; each is a function from messages to messages, and knows nothing of how it is run.
`embedded` is the deployment in one process, `cluster` one role of many (integrations/roles.py): the only functions that
name adapters. What travels is in adjudication/messages.py, on what in ingest/topics.py, how it is run in
ingest/runner.py.
"""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from adjudication import ids
from adjudication.decide import finds
from adjudication.errors import Invalid
from adjudication.lawbook import Lawbook
from adjudication.messages import PassageChecked
from adjudication.policy import Policy
from ingest.clock import Clock, system_clock
from ingest.devices import DeviceRegister, RememberedDevices
from ingest.evidence import EvidenceStore
from ingest.spool import Spool
from ingest.stage import Stage
from ingest.stream import Stream
from integrations import authority, keys, signing, trust
from integrations.casebook import Casebook
from integrations.casebook.opening import open_casebook
from integrations.channels.http import HttpChannel, channel_url
from integrations.channels.port import Channel, ChannelName
from integrations.config import PREFIX, Settings
from integrations.crosscheck import crosscheck
from integrations.decide import decide_stage
from integrations.fates import Fates
from integrations.form import Issuer
from integrations.issue import issue
from integrations.kafka.opened import open_stream
from integrations.lawfiles import load_law, load_policy
from integrations.lifecycle import lifecycle
from integrations.notify import notify
from integrations.objects.opened import open_evidence_store, open_shelf
from integrations.objects.shelf import Shelf
from integrations.register.opened import open_register
from integrations.register.persons import person_keys
from integrations.register.stage import register
from integrations.register.store import Register
from integrations.registries.http import HttpRegistries, registry_urls
from integrations.seal import seal
from integrations.sections import sections
from integrations.signing import LogSigner, Signer
from integrations.sqlite_stream import SqliteStream
from vision.confirm import confirm
from vision.examine import examiner
from vision.ports import Eyes, SecondReader
from vision.stage import vision

PLATE_KEY_VERSION = 1
"""Rotated only on drained topics: another secret splits the order of one vehicle's passages."""
LOG_ORIGIN = "tarazy.example/acts"
CHANNELS: tuple[ChannelName, ...] = ("cabinet", "sms")
"""In the order they are tried."""
BODY_CODE = "99"
"""The demonstration body's two digits in act numbers."""


SHARED = ("kafka", "casebook_url", "register_url", "evidence", "public_url")
"""Settings without which there is no cluster: its servers, and where its pages are."""


class Closing(Protocol):
    """What a centre closes when it stops."""

    def close(self) -> None:
        """Let go; what was acknowledged stays."""


Closed = TypeVar("Closed", bound=Closing)


@dataclass(frozen=True, slots=True)
class Stores:
    """How a deployment opens each of its four stores."""

    stream: Callable[[], Stream]
    casebook: Callable[[], Casebook]
    register: Callable[[], Register]
    evidence: Callable[[], EvidenceStore]


class Centre:
    """Everything one deployment has, for the road and for the faces.

    What costs or may fail is opened when it is first asked for: a process of a cluster opens what its role uses, and
    no register that is down keeps the eyes from starting. Opening raises as the adapters do.
    """

    def __init__(self, settings: Settings, clock: Clock, stores: Stores) -> None:
        self.settings = settings
        self.clock = clock
        self.issuer = Issuer(authority.DEMO_BODY, BODY_CODE)
        self._stores = stores
        self._opened: list[Closing] = []

    @cached_property
    def law(self) -> Lawbook:
        """The law, dated."""
        return load_law()

    @cached_property
    def policy(self) -> Policy:
        """The operating policy, dated."""
        return load_policy(self.settings.policy)

    @cached_property
    def stream(self) -> Stream:
        """The messages between the stages."""
        return self._keep(self._stores.stream())

    @cached_property
    def casebook(self) -> Casebook:
        """What changes: cases, deadlines, the review queue, the outbox, people."""
        return self._keep(self._stores.casebook())

    @cached_property
    def register(self) -> Register:
        """What stays: decisions, acts, events, counts."""
        return self._keep(self._stores.register())

    @cached_property
    def evidence(self) -> EvidenceStore:
        """Pictures, sealed."""
        return self._stores.evidence()

    @cached_property
    def shelf(self) -> Shelf | None:
        """Where masked copies are linked to, beside the evidence in a bucket; a folder has none."""
        return open_shelf(self.settings.evidence, self.settings.data)

    @cached_property
    def spool(self) -> Spool:
        """Where the door lays events while the stream refuses."""
        return Spool(self.settings.data / "spool", self.settings.spool_mib * 1024 * 1024)

    @cached_property
    def registries(self) -> HttpRegistries:
        """The state's registers."""
        return self._keep(HttpRegistries(registry_urls(self.settings.registries_url), self.clock))

    @cached_property
    def channels(self) -> tuple[Channel, ...]:
        """Where notices go, in the order they are tried."""
        return tuple(HttpChannel(name, channel_url(self.settings.channels_url, name)) for name in CHANNELS)

    @cached_property
    def signer(self) -> Signer:
        """The body's signature."""
        return signing.open_signer(self._keys / "authority", self.clock)

    @cached_property
    def log(self) -> LogSigner:
        """The log's signature."""
        return signing.open_log_signer(self._keys / "authority", LOG_ORIGIN)

    @cached_property
    def master(self) -> keys.MasterKey:
        """What wraps and derives every other secret."""
        return keys.load(self._keys / "master")

    @cached_property
    def receipt_key(self) -> Ed25519PrivateKey:
        """What signs receipts: one for all doors of a centre."""
        return Ed25519PrivateKey.from_private_bytes((self._keys / "receipt").read_bytes())

    @cached_property
    def admin_token(self) -> str:
        """The administrator's token."""
        return (self.settings.data / "admin-token").read_text(encoding="ascii")

    @cached_property
    def metrics_token(self) -> str:
        """What a machine shows to read the metrics where people reach the same address."""
        return (self.settings.data / "metrics-token").read_text(encoding="ascii")

    @property
    def devices(self) -> DeviceRegister:
        """The enrolled devices, for whoever asks about each frame or passage; each who is given it remembers apart."""
        return RememberedDevices(self.casebook.devices, self.clock)

    @cached_property
    def fates(self) -> Fates:
        """What came of each event."""
        return Fates(self.register, self.casebook)

    @property
    def _keys(self) -> Path:
        return self.settings.data / "keys"

    def plate_key(self, plate: str) -> str:
        """The stream key of a plate: orders one vehicle's passages without naming it."""
        return ids.keyed_pseudonym(self.master.derive("stream keys"), PLATE_KEY_VERSION, "plate", plate)

    def link(self, token: str) -> str:
        """The address of the page that an act's token opens."""
        return f"{self.settings.public_url}/a/{token}"

    def trust(self) -> trust.TrustBundle:
        """What a verifier needs to trust beforehand, as of now."""
        return trust.bundle(
            [signing.read_certificate(self._keys / "authority" / signing.ROOT_CERTIFICATE)],
            [trust.TrustedBody(body_id=self.issuer.body.body_id, number=authority.DEMO_NUMBER)],
            [self.log],
            self.casebook.devices.every(),
        )

    def close(self) -> None:
        """Close what was opened, the last first; what was acknowledged stays."""
        while self._opened:
            self._opened.pop().close()

    def _keep(self, opened: Closed) -> Closed:
        self._opened.append(opened)
        return opened


def road(
    centre: Centre, eyes: Eyes | None, second: SecondReader | None = None, only: Collection[str] | None = None
) -> Sequence[Stage]:
    """The stages, in the order a passage meets them; those named by `only`, where it is given.

    Without `second` no plate is read twice, so a person sees each.
    """
    c = centre

    def finding(checked: PassageChecked) -> bool:
        return finds(checked, c.law, c.policy)

    builders: Mapping[str, Callable[[], Stage]] = {
        "vision": lambda: vision(eyes, c.plate_key, examiner(c.devices)),
        "sections": lambda: sections(c.devices, c.clock),
        "crosscheck": lambda: crosscheck(c.registries, c.devices, c.clock, c.plate_key, finding),
        "confirm": lambda: confirm(second, c.stream, finding),
        "decide": lambda: decide_stage(c.law, c.policy),
        "seal": lambda: seal(c.casebook, c.evidence, c.stream, c.clock),
        "issue": lambda: issue(
            c.casebook,
            store=c.evidence,
            signer=c.signer,
            log=c.log,
            law=c.law,
            policy=c.policy,
            issuer=c.issuer,
            clock=c.clock,
        ),
        "notify": lambda: notify(c.casebook, channels=c.channels, law=c.law, link=c.link, clock=c.clock),
        "lifecycle": lambda: lifecycle(c.casebook, c.law, c.evidence, c.plate_key, c.clock),
        "register": lambda: register(c.register, person_keys(c.master)),
        "recall": lambda: c.fates.recall(),  # noqa: PLW0108 - to name it already opens the register
    }
    return tuple(build() for name, build in builders.items() if only is None or name in only)


def embedded(settings: Settings, clock: Clock = system_clock) -> Centre:
    """The whole centre in this process: SQLite, chDB and a directory; no server. One process at a time.

    Keys that are not there are made.

    Raises:
        Unavailable: another process has the data folder open.
        Invalid: the law, the policy or a key file is not what it must be.
    """
    data = settings.data
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_keys(data)
    stores = Stores(
        stream=lambda: SqliteStream(data / "stream", clock=clock),
        casebook=lambda: open_casebook(settings, centre.master, migrates=True),
        register=lambda: open_register(settings),
        evidence=lambda: open_evidence_store(settings.evidence, data, clock),
    )
    centre = Centre(settings, clock, stores)
    try:
        # All at once: what cannot be opened, or is not whole, stops the start and no passage on its way.
        _ = (centre.law, centre.policy)
        _ = (centre.casebook, centre.register, centre.stream, centre.evidence, centre.spool)
        _ = (centre.signer, centre.log, centre.receipt_key, centre.admin_token)
    except BaseException:
        centre.close()
        raise
    return centre


def cluster(settings: Settings, clock: Clock = system_clock) -> Centre:
    """A centre whose stores are servers that many processes share: Kafka, PostgreSQL, ClickHouse, an S3 store.

    Nothing is opened, made or migrated here: keys, topics, tables and buckets are made once, by commands of their own.

    Raises:
        Invalid: `setting-missing`, names those that are; the law or the policy is not what it must be.
    """
    if missing := [name for name in SHARED if not getattr(settings, name)]:
        named = ", ".join(f"{PREFIX}{name.upper()}" for name in missing)
        hint = "a cluster's stores are servers that all its processes share; `tarazy up` needs none"
        raise Invalid("setting-missing", f"{named}: {hint}")
    stores = Stores(
        stream=lambda: open_stream(settings, clock),
        casebook=lambda: open_casebook(settings, centre.master, migrates=False),
        register=lambda: open_register(settings),
        evidence=lambda: open_evidence_store(settings.evidence, settings.data, clock),
    )
    centre = Centre(settings, clock, stores)
    _ = (centre.law, centre.policy)
    return centre


def make_keys(data: Path) -> None:
    """Fill `data` with whatever key is not there yet: of the stores, of receipts, of the demonstration body, and the
    tokens of the administrator and of the metrics. Only the folder's owner can read them. Once for a whole cluster."""
    keys.create(data / "keys" / "master")
    authority.ensure_demo_authority(data / "keys" / "authority", authority.DEMO_BODY, authority.DEMO_NUMBER)
    raw = Encoding.Raw, PrivateFormat.Raw, NoEncryption()
    _once(data / "keys" / "receipt", Ed25519PrivateKey.generate().private_bytes(*raw))
    _once(data / "admin-token", secrets.token_urlsafe(32).encode())
    _once(data / "metrics-token", secrets.token_urlsafe(32).encode())


def _once(path: Path, secret: bytes) -> None:
    if not path.exists():
        signing.write_private(path, secret)
