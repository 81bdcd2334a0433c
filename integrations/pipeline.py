"""The road, on one page. Start reading here.

    cameras → door → frames → [vision] → passages → [crosscheck] → checked → [confirm] → confirmed
    confirmed → [decide] → decisions → [seal] → sealed
    sealed → [issue] → casebook: acts to send, cases to review, to ask about again, to refer
    acts → [notify] → case events → [lifecycle] → casebook          everything settled → [register] → ClickHouse
    officers' verdicts and terms that end come from the casebook through its outbox, as messages like any other

`road` lists the stages in order; each is a function from messages to messages, and knows nothing of how it is run.
`embedded` is the deployment in one process: it, and later `cluster`, are the only functions that name adapters. What
travels is in adjudication/messages.py, on what in ingest/topics.py, how it is run in ingest/runner.py.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from adjudication import ids
from adjudication.decide import finds
from adjudication.lawbook import Lawbook
from adjudication.policy import Policy
from ingest.clock import Clock, system_clock
from ingest.evidence import EvidenceStore
from ingest.spool import Spool
from ingest.stage import Stage
from ingest.stream import Stream
from integrations import authority, keys, objects, signing, trust
from integrations.casebook import Casebook
from integrations.channels.http import HttpChannel, channel_url
from integrations.channels.port import Channel, ChannelName
from integrations.config import Settings
from integrations.crosscheck import crosscheck
from integrations.decide import decide_stage
from integrations.fates import Fates
from integrations.form import Issuer
from integrations.issue import issue
from integrations.lawfiles import load_law, load_policy
from integrations.lifecycle import lifecycle
from integrations.notify import notify
from integrations.register import store as register_store
from integrations.register.persons import person_keys
from integrations.register.stage import register
from integrations.register.store import Register
from integrations.registries.http import HttpRegistries, registry_urls
from integrations.seal import seal
from integrations.signing import LogSigner, Signer
from integrations.sqlite_stream import SqliteStream
from vision import agreement
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


@dataclass(frozen=True, slots=True)
class Centre:
    """Everything one deployment has open, for the road and for the faces."""

    settings: Settings
    clock: Clock
    stream: Stream
    casebook: Casebook
    register: Register
    evidence: EvidenceStore
    spool: Spool
    law: Lawbook
    policy: Policy
    registries: HttpRegistries
    channels: tuple[Channel, ...]
    signer: Signer
    log: LogSigner
    issuer: Issuer
    fates: Fates
    master: keys.MasterKey
    receipt_key: Ed25519PrivateKey
    admin_token: str

    def plate_key(self, plate: str) -> str:
        """The stream key of a plate: orders one vehicle's passages without naming it."""
        return ids.keyed_pseudonym(self.master.derive("stream keys"), PLATE_KEY_VERSION, "plate", plate)

    def link(self, token: str) -> str:
        """The address of the page that an act's token opens."""
        return f"{self.settings.public_url}/a/{token}"

    def trust(self) -> trust.TrustBundle:
        """What a verifier needs to trust beforehand, as of now."""
        return trust.bundle(
            [signing.read_certificate(self.settings.data / "keys" / "authority" / signing.ROOT_CERTIFICATE)],
            [trust.TrustedBody(body_id=self.issuer.body.body_id, number=authority.DEMO_NUMBER)],
            [self.log],
            self.casebook.devices.every(),
        )

    def close(self) -> None:
        """Close every store; what was acknowledged stays."""
        self.registries.close()
        self.stream.close()
        self.casebook.close()
        self.register.close()


def road(centre: Centre, eyes: Eyes | None, second: SecondReader | None = None) -> Sequence[Stage]:
    """The stages, in the order a passage meets them. Without `second` no plate is read twice, so a person sees each."""
    c = centre
    return (
        vision(eyes, c.plate_key, examiner(c.casebook.devices)),
        crosscheck(c.registries, c.casebook.devices, c.clock, c.plate_key),
        confirm(second, c.stream, lambda checked: finds(checked, c.law, c.policy), agreement.shipped()),
        decide_stage(c.law, c.policy),
        seal(c.casebook, c.evidence, c.stream, c.clock),
        issue(c.casebook, signer=c.signer, log=c.log, law=c.law, issuer=c.issuer, clock=c.clock),
        notify(c.casebook, channels=c.channels, law=c.law, link=c.link, clock=c.clock),
        lifecycle(c.casebook, c.law, c.evidence, c.clock),
        register(c.register, person_keys(c.master)),
        c.fates.recall(),
    )


def embedded(settings: Settings, clock: Clock = system_clock) -> Centre:
    """The whole centre in this process: SQLite, chDB and a directory; no server. One process at a time.

    Raises:
        Unavailable: another process has the data folder open.
        Invalid: the law, the policy or a key file is not what it must be.
    """
    data = settings.data
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    master = keys.load_or_create(data / "keys" / "master")
    authority.ensure_demo_authority(data / "keys" / "authority", authority.DEMO_BODY, authority.DEMO_NUMBER)
    casebook = Casebook(f"sqlite:///{data / 'casebook.db'}", master)
    store = open_register(settings)
    return Centre(
        settings=settings,
        clock=clock,
        stream=SqliteStream(data / "stream", clock=clock),
        casebook=casebook,
        register=store,
        evidence=objects.directory(data / "evidence"),
        spool=Spool(data / "spool", settings.spool_mib * 1024 * 1024),
        law=load_law(),
        policy=load_policy(settings.policy),
        registries=HttpRegistries(registry_urls(settings.registries_url), clock),
        channels=tuple(HttpChannel(name, channel_url(settings.channels_url, name)) for name in CHANNELS),
        signer=signing.open_signer(data / "keys" / "authority", clock),
        log=signing.open_log_signer(data / "keys" / "authority", LOG_ORIGIN),
        issuer=Issuer(authority.DEMO_BODY, BODY_CODE),
        fates=Fates(store, casebook),
        master=master,
        receipt_key=_receipt_key(data / "keys" / "receipt"),
        admin_token=_token(data / "admin-token"),
    )


def open_register(settings: Settings) -> Register:
    """chDB in the data folder, or the ClickHouse that the settings name. Raises Unavailable or Invalid."""
    address = register_address(settings)
    return register_store.cluster(address) if address else register_store.embedded(settings.data / "register")


def register_address(settings: Settings) -> register_store.Address | None:
    """The ClickHouse that the settings name, if they name one."""
    if not settings.register_url:
        return None
    return register_store.Address(
        url=settings.register_url,
        user=settings.register_user,
        password_file=Path(settings.register_password_file) if settings.register_password_file else None,
        ca_file=Path(settings.register_ca_file) if settings.register_ca_file else None,
        database=settings.register_database,
        cluster=settings.register_cluster,
    )


def _receipt_key(path: Path) -> Ed25519PrivateKey:
    """The key that signs receipts, made at first use."""
    raw = Encoding.Raw, PrivateFormat.Raw, NoEncryption()
    if not path.exists():
        signing.write_private(path, Ed25519PrivateKey.generate().private_bytes(*raw))
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def _token(path: Path) -> str:
    """The administrator's token, made at first use; only the owner of the data folder can read it."""
    if not path.exists():
        signing.write_private(path, secrets.token_urlsafe(32).encode())
    return path.read_text(encoding="ascii")
