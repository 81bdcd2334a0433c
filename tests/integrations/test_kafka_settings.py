"""How the brokers are reached, and the topics as they must be: what is known without a broker."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka import KafkaError, KafkaException

from adjudication.errors import Invalid, Unavailable
from deploy.compose.make_secrets import main
from ingest.topics import FRAMES, PASSAGES, ROAD, STAGES
from integrations.config import load
from integrations.kafka import connection as library
from integrations.kafka.connection import Connection, connection, raised
from integrations.kafka.topics import BROKER_LATE_S, Layout, wanted, whole

PLACE = Connection("127.0.0.1:1", "west.", "one")


def given(**settings: str) -> Connection:
    return connection(load({f"TARAZY_KAFKA{name}".upper(): value for name, value in settings.items()}))


def test_a_cluster_must_be_named() -> None:
    with pytest.raises(Invalid, match="TARAZY_KAFKA names no brokers"):
        given()


def test_a_member_is_static_only_where_it_has_a_name() -> None:
    assert not given(**{"": "a:1"}).is_static
    assert given(**{"": "a:1"}).member != given(**{"": "a:1"}).member
    named = given(**{"": "a:1", "_member": "vision-0"})
    assert (named.member, named.is_static) == ("vision-0", True)


def test_a_password_never_travels_in_the_clear(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("s\n")
    with pytest.raises(Invalid, match="TARAZY_KAFKA_CA"):
        given(**{"": "a:1", "_user": "u", "_password_file": str(secret)})
    authority = tmp_path / "ca.pem"
    authority.write_text("-")
    settings = {"": "a:1", "_user": "u", "_password_file": str(secret), "_ca": str(authority)}
    security = given(**settings).security
    assert security["security.protocol"] == "sasl_ssl"
    assert security["sasl.password"] == "s"


def test_every_client_logs_in_with_scram_over_tls_as_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured: list[Mapping[str, object]] = []
    for client in ("AdminClient", "Producer", "Consumer"):
        monkeypatch.setattr(library, client, configured.append)
    for name, text in (("password", "correct horse\n"), ("ca.pem", "-")):
        (tmp_path / name).write_text(text)
    files = {"_password_file": str(tmp_path / "password"), "_ca": str(tmp_path / "ca.pem")}
    place = given(**{"": "a:1", "_user": "tarazy-decide", **files})
    place.admin()
    place.producer(compressed=True)
    place.unit_producer("decide")
    place.member_consumer("decide")
    place.reading_consumer("one")
    login = {
        "bootstrap.servers": "a:1",
        "security.protocol": "sasl_ssl",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "tarazy-decide",
        "sasl.password": "correct horse",
        "ssl.ca.location": str(tmp_path / "ca.pem"),
    }
    assert len(configured) == 5
    assert all(login.items() <= config.items() for config in configured)
    assert not any({"ssl.certificate.location", "ssl.key.location"} & config.keys() for config in configured)


def test_the_library_knows_that_login_and_would_refuse_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(tmp_path)  # a certificate that the library can read
    capsys.readouterr()
    (tmp_path / "password").write_text("s")
    files = {"_password_file": str(tmp_path / "password"), "_ca": str(tmp_path / "ca-kafka.crt")}
    place = given(**{"": "127.0.0.1:1", "_user": "u", **files})
    place.producer(compressed=False)
    other = replace(place, security={**place.security, "sasl.mechanism": "SCRAM-SHA-1024"})
    with pytest.raises(KafkaException, match="SCRAM-SHA-1024"):
        other.producer(compressed=False)


def test_a_file_that_cannot_be_read_stops_the_start() -> None:
    with pytest.raises(Invalid, match="kafka-settings"):
        given(**{"": "a:1", "_ca": "nowhere.pem"})


def test_a_broker_keeps_no_record_longer_than_the_table_says() -> None:
    for one, declared in zip(wanted(PLACE, Layout(), ROAD, ()), ROAD, strict=True):
        kept_s = int(one.config["retention.ms"]) / 1000
        assert kept_s + int(one.config["segment.ms"]) / 1000 + BROKER_LATE_S <= declared.retention_s
        assert kept_s >= declared.retention_s / 2


def test_the_whole_centre_is_the_road_its_dead_letters_and_its_windows() -> None:
    names = {one.name for one in whole(PLACE, Layout(6, 3))}
    assert names == {f"west.{name}" for name in (*(topic.name for topic in ROAD), *_own())}
    assert {(one.partitions, one.replication) for one in whole(PLACE, Layout(6, 3))} == {(6, 3)}
    assert {one.config["min.insync.replicas"] for one in whole(PLACE, Layout(6, 3))} == {"2"}


def _own() -> list[str]:
    return [f"{stage}.{kind}" for stage in STAGES for kind in ("dead", "window")]


def test_frames_alone_are_bounded_in_bytes() -> None:
    frames, passages = wanted(PLACE, Layout(frames_mib=100), (FRAMES, PASSAGES), ())
    assert frames.config["retention.bytes"] == str(100 * 1024 * 1024)
    assert passages.config["retention.bytes"] == "-1"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (KafkaError.REQUEST_TIMED_OUT, Unavailable),
        (KafkaError.NOT_LEADER_FOR_PARTITION, Unavailable),
        (KafkaError.COORDINATOR_LOAD_IN_PROGRESS, Unavailable),
        (KafkaError.NOT_ENOUGH_REPLICAS, Unavailable),
        (KafkaError._TRANSPORT, Unavailable),
        (KafkaError._MSG_TIMED_OUT, Unavailable),
        (KafkaError.STALE_MEMBER_EPOCH, Unavailable),
        (KafkaError.PRODUCER_FENCED, RuntimeError),
        (KafkaError._FENCED, RuntimeError),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, RuntimeError),
        (KafkaError.MSG_SIZE_TOO_LARGE, RuntimeError),
    ],
)
def test_what_may_pass_is_unavailable_and_what_never_will_is_not(code: int, kind: type[Exception]) -> None:
    assert type(raised(KafkaError(code), "asking")) is kind
