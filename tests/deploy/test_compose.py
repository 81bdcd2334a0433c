"""compose.yaml: every role once, secrets as files, nothing published but the door and the pages."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from deploy.compose.make_secrets import certificates, passwords
from ingest.embedded import STOP_S
from integrations.config import load
from integrations.roles import ROLES
from tests.deploy.files import DEPLOY, SETTINGS, compose, variables

ROLE_NAMES = [role.name for role in ROLES]
STORES = {"kafka", "postgres", "clickhouse", "s3"}
ONCE = {"secrets", "prepare", "bucket"}
WATCH = {"prometheus", "grafana"}
PINNED = re.compile(r"[a-z0-9./-]+:[A-Za-z0-9._-]*\d[A-Za-z0-9._-]*(@sha256:[0-9a-f]{64})?")
SERVICES: dict[str, dict[str, Any]] = compose()["services"]


def test_every_role_is_there_once_with_its_command() -> None:
    assert [SERVICES[name]["command"] for name in ROLE_NAMES] == [["run", name] for name in ROLE_NAMES]
    assert set(SERVICES) == {*ROLE_NAMES, *STORES, *ONCE, *WATCH, "vision-gpu"}


def test_the_eyes_on_a_card_are_the_same_role_with_another_image_and_only_when_asked_for() -> None:
    eyes, card = SERVICES["vision"], SERVICES["vision-gpu"]
    assert card["profiles"] == ["gpu"]
    assert card["command"] == eyes["command"]
    assert card["environment"] == {**eyes["environment"], "TARAZY_PROVIDER": "cuda"}
    assert card["image"] == f"{eyes['image']}-cuda"


@pytest.mark.parametrize("name", SERVICES)
def test_every_variable_of_ours_is_a_setting(name: str) -> None:
    assert set(variables(SERVICES[name].get("environment", {}))) <= SETTINGS


def test_no_variable_of_the_host_looks_like_a_setting_and_is_none() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\{(TARAZY_\w+)", text)) <= SETTINGS


@pytest.mark.parametrize("name", SERVICES)
def test_a_secret_is_a_file_of_the_service_and_never_a_value(name: str) -> None:
    service = SERVICES[name]
    mounted = {f"/run/secrets/{secret['target']}" for secret in service.get("secrets", [])}
    for variable, value in service.get("environment", {}).items():
        if re.search(r"PASSWORD|SECRET|TOKEN|_KEY$|_CA$|CERT", variable):
            assert variable.endswith("FILE") or variable.startswith("TARAZY_KAFKA_")
            assert value in mounted
    text = str(service)
    assert set(re.findall(r"/run/secrets/[\w./-]*\w", text)) - {"/run/secrets/certs"} <= mounted


def test_every_secret_is_made_and_every_one_made_is_used() -> None:
    declared = {Path(secret["file"]).name for secret in compose()["secrets"].values()}
    assert declared == {secret.name for secret in (*passwords(), *certificates(datetime.now(UTC)))}
    named = {secret["source"] for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert named == set(compose()["secrets"])


def test_each_secret_is_read_by_the_user_it_is_made_for() -> None:
    made = {secret.name: secret.reader for secret in (*passwords(), *certificates(datetime.now(UTC)))}
    file_of = {name: Path(secret["file"]).name for name, secret in compose()["secrets"].items()}
    users = {"kafka": 1000, "grafana": 472}  # of images that say so themselves
    for name, service in SERVICES.items():
        user = users.get(name, int(str(service.get("user", "10001")).split(":")[0]))
        for secret in service.get("secrets", []):
            assert made[file_of[secret["source"]]] == user, f"{name} cannot read {secret['source']}"


def test_nothing_is_published_but_the_door_and_the_pages_and_those_on_loopback() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"gateway": ["127.0.0.1:8600:8600"], "web": ["127.0.0.1:8601:8601"]}
    assert compose(DOOR_ADDRESS="0.0.0.0")["services"]["gateway"]["ports"] == ["0.0.0.0:8600:8600"]


def test_stores_are_on_a_network_that_leads_nowhere_and_only_who_asks_others_has_a_way_out() -> None:
    networks = compose()["networks"]
    assert networks["back"] == networks["watch"] == {"internal": True}
    ways = {name: set(service.get("networks", [])) for name, service in SERVICES.items()}
    assert {name for name, way in ways.items() if "front" in way} == {"gateway", "web"}
    assert {name for name, way in ways.items() if "outside" in way} == {"crosscheck", "notify"}
    assert all(ways[store] == {"back"} for store in STORES)


def test_a_collector_of_traces_on_the_inner_network_is_told_to_every_role_and_reached_by_each() -> None:
    told = compose(TARAZY_TRACES="http://collector:4318")["services"]
    for role in ROLE_NAMES:
        assert told[role]["environment"]["TARAZY_TRACES"] == "http://collector:4318"
        assert "back" in told[role]["networks"]
        assert not load({"TARAZY_TRACES": SERVICES[role]["environment"]["TARAZY_TRACES"]}).traces


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_pinned_to_a_version(name: str) -> None:
    image = SERVICES[name]["image"]
    assert PINNED.fullmatch(image), image
    assert "latest" not in image
    assert "." not in image.split(":")[0].split("/")[0], "a registry's host"


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_may_be_more_than_it_is(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    if name in ROLE_NAMES or name in ONCE:
        assert service["read_only"] is True


@pytest.mark.parametrize("name", sorted({*SERVICES} - ONCE))
def test_a_service_comes_back_has_an_end_to_its_memory_and_time_to_stop(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["deploy"]["resources"]["limits"]["memory"]
    if name in ROLE_NAMES:
        assert float(service["stop_grace_period"].removesuffix("s")) >= STOP_S + 15  # its faces and loops besides


@pytest.mark.parametrize("name", sorted({*SERVICES} - ONCE - {"vision-gpu", *ROLE_NAMES}))
def test_what_is_not_ours_says_how_its_health_is_asked(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"  # ours: the image's own


def test_a_role_starts_after_its_stores_are_well_and_everything_is_prepared() -> None:
    healthy = {store: {"condition": "service_healthy"} for store in STORES}
    done = {"prepare": {"condition": "service_completed_successfully"}}
    assert all(SERVICES[role]["depends_on"] == healthy | done for role in ROLE_NAMES)


def test_a_role_reads_the_keys_and_writes_what_it_remembers_and_the_door_its_spool() -> None:
    for role in ROLE_NAMES:
        keys, windows, *rest = SERVICES[role]["volumes"]
        assert keys == "centre:/var/lib/tarazy:ro"
        assert windows == f"windows:{SERVICES[role]['environment']['TARAZY_WINDOWS']}"
        assert rest == (["spool:/var/lib/tarazy/spool"] if role == "gateway" else [])


def test_a_volume_that_roles_write_is_their_users_in_the_image() -> None:
    made = re.search(r"install -d -o 10001 -g 10001 -m 700 (.*)", (DEPLOY / "docker/Dockerfile").read_text("utf-8"))
    assert made is not None
    written = {volume.split(":")[1] for role in ROLE_NAMES for volume in SERVICES[role]["volumes"]}
    assert written <= set(made[1].split())


def test_every_store_keeps_its_data_in_a_volume_of_its_own() -> None:
    volumes = compose()["volumes"]
    held = {name: [v.split(":")[0] for v in SERVICES[name]["volumes"] if not v.startswith(".")] for name in STORES}
    assert held == {"kafka": ["kafka"], "postgres": ["postgres"], "clickhouse": ["clickhouse"], "s3": ["evidence"]}
    assert {name for names in held.values() for name in names} <= set(volumes)


def test_what_a_service_names_is_declared() -> None:
    whole = compose()
    for service in SERVICES.values():
        volumes = {volume.split(":")[0] for volume in service.get("volumes", []) if volume[0] not in "./$"}
        assert volumes <= set(whole["volumes"])
        assert set(service.get("networks", [])) <= set(whole["networks"])
        assert {secret["source"] for secret in service.get("secrets", [])} <= set(whole["secrets"])
        assert set(service.get("depends_on", {})) <= set(SERVICES)


def test_every_file_that_is_mounted_is_there() -> None:
    sources = {v.split(":")[0] for s in SERVICES.values() for v in s.get("volumes", []) if v.startswith("./")}
    assert not [source for source in sources if not (DEPLOY / source).exists()]


def test_prometheus_reads_the_rules_and_grafana_the_boards_of_this_repository() -> None:
    config = yaml.safe_load((DEPLOY / "compose/prometheus.yml").read_text(encoding="utf-8"))
    assert all((DEPLOY / "prometheus" / Path(rules).name).is_file() for rules in config["rule_files"])
    mounted = {volume.split(":")[0]: volume.split(":")[1] for volume in SERVICES["grafana"]["volumes"]}
    boards = yaml.safe_load((DEPLOY / "compose/grafana-boards.yml").read_text(encoding="utf-8"))
    assert boards["providers"][0]["options"]["path"] == mounted["./grafana"]


def test_prometheus_asks_every_role_under_the_name_its_alerts_know() -> None:
    config = yaml.safe_load((DEPLOY / "compose/prometheus.yml").read_text(encoding="utf-8"))
    (job,) = config["scrape_configs"]
    assert job["job_name"] == "tarazy"
    assert job["dns_sd_configs"][0]["names"] == ROLE_NAMES
    assert job["dns_sd_configs"][0]["port"] == 8603


def test_the_stores_speak_tls_alone() -> None:
    kafka = (DEPLOY / "compose/kafka.properties").read_text(encoding="utf-8")
    assert "listener.security.protocol.map=ROAD:SSL,CONTROLLER:PLAINTEXT" in kafka
    assert "CONTROLLER://127.0.0.1:" in kafka
    assert "ssl.client.auth=required" in kafka
    clickhouse = ElementTree.fromstring((DEPLOY / "compose/clickhouse.xml").read_text(encoding="utf-8"))
    open_ports = {port.tag for port in clickhouse if port.tag.endswith("_port") and not port.get("remove")}
    assert open_ports == {"https_port"}
    hba = (DEPLOY / "compose/postgres-hba.conf").read_text(encoding="utf-8")
    rules = [line.split()[0] for line in hba.splitlines() if line and not line.startswith("#")]
    assert rules == ["local", "hostssl"]
    assert "sslmode=verify-full" in SERVICES["issue"]["environment"]["TARAZY_CASEBOOK_URL"]
    assert "endpoint=https://" in SERVICES["issue"]["environment"]["TARAZY_EVIDENCE"]
    assert SERVICES["issue"]["environment"]["TARAZY_REGISTER_URL"].startswith("https://")


class Unfolded(yaml.SafeDumper):
    """Writes everything out, with no reference to what stood before."""

    def ignore_aliases(self, data: object) -> bool:
        return True


@pytest.mark.cluster
def test_it_is_what_the_compose_specification_allows() -> None:
    from compose_spec import PyCompose

    parsed = PyCompose.from_yaml(yaml.dump(compose(), Dumper=Unfolded))
    parsed.validate()  # what a service names is declared
    assert sorted(parsed.service_names()) == sorted(SERVICES)


@pytest.mark.cluster
@pytest.mark.parametrize(
    "wrong", [{"depnds_on": ["kafka"]}, {"depends_on": {"kafka": {"condition": "service_well"}}}, {"ports": ["door"]}]
)
def test_and_what_it_does_not_allow_would_be_found(wrong: dict[str, Any]) -> None:
    from compose_spec import PyCompose

    spoilt = compose()
    spoilt["services"]["decide"] |= wrong
    with pytest.raises(ValueError, match="decide"):
        PyCompose.from_yaml(yaml.dump(spoilt, Dumper=Unfolded))
