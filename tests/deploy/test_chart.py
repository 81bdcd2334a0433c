"""The chart, rendered by Helm itself: what Kubernetes takes, and what no pod of ours may do without.

These need the dependency group `deploy`, and fail where it is not installed.
"""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from dashboards.cli import register
from ingest.embedded import STOP_S
from integrations.roles import ROLES
from tests.deploy.files import CHART, EXAMPLE, RELEASE, SETTINGS, helmed, rendered, values, variables

pytestmark = pytest.mark.cluster

NAME = f"{RELEASE}-tarazy"
KUBERNETES = ("1.30", "1.34", "1.36")
"""The oldest that Chart.yaml takes, and two later ones."""
CUSTOM = {"ScaledObject", "TriggerAuthentication", "PodMonitor"}
"""Kinds that operators bring: no schema of Kubernetes knows them, so they are looked at one by one below."""
Object = dict[str, Any]


@pytest.fixture(scope="module")
def objects() -> list[Object]:
    return rendered()


def of_kind(objects: list[Object], *kinds: str) -> dict[str, Object]:
    """Name → object."""
    return {one["metadata"]["name"]: one for one in objects if one["kind"] in kinds}


def workloads(objects: list[Object]) -> dict[str, Object]:
    """Role → workload."""
    found = of_kind(objects, "Deployment", "StatefulSet")
    return {name.removeprefix(f"{NAME}-"): one for name, one in found.items()}


def pods(objects: list[Object]) -> dict[str, Object]:
    """Every pod specification: of the roles, and of the jobs before them."""
    found = of_kind(objects, "Deployment", "StatefulSet", "Job")
    return {name: one["spec"]["template"]["spec"] for name, one in found.items()}


def container(workload: Object) -> Object:
    (only,) = workload["spec"]["template"]["spec"]["containers"]
    found: Object = only
    return found


def environment(workload: Object) -> dict[str, str]:
    return {one["name"]: one.get("value", "") for one in container(workload)["env"]}


def notes(*arguments: str) -> str:
    """What Helm says at the end; nothing is installed."""
    told = helmed("install", RELEASE, str(CHART), "--values", str(EXAMPLE), "--dry-run=client", *arguments)
    return told.split("\nNOTES:\n", 1)[1]


def secrets_of(workload: Object) -> set[str]:
    volumes = workload["spec"]["template"]["spec"]["volumes"]
    return {volume["secret"]["secretName"] for volume in volumes if "secret" in volume}


def test_helm_finds_nothing_wrong() -> None:
    helmed("lint", "--strict", str(CHART), "--values", str(EXAMPLE))


def test_what_the_schema_does_not_know_is_refused() -> None:
    with pytest.raises(AssertionError, match="additional propert"):
        rendered("--set", "roles.vision.replcas=3")
    with pytest.raises(AssertionError, match="kafka_partition"):
        rendered("--set", "stores.stream.settings.kafka_partitions=many")
    with pytest.raises(AssertionError, match="roles"):
        rendered("--set", "roles.painter.replicas=1")


@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_takes_every_object(version: str) -> None:
    import kubernetes_validate

    for one in rendered("--kube-version", version):
        if one["kind"] not in CUSTOM:
            kubernetes_validate.validate(one, version, strict=True)


def test_the_chart_renders_as_it_comes_and_reaches_nobody() -> None:
    text = helmed("template", RELEASE, str(CHART))
    assert "kind: ScaledObject" not in text
    assert text.count("kind: NetworkPolicy") == len(ROLES) + 2


def test_every_role_is_one_workload_with_its_command(objects: list[Object]) -> None:
    found = workloads(objects)
    assert {role: container(one)["args"] for role, one in found.items()} == {
        role.name: ["run", role.name] for role in ROLES
    }
    assert [role for role, one in found.items() if one["kind"] == "StatefulSet"] == ["gateway"]


def test_a_selector_never_changes_and_finds_its_own_pods_alone(objects: list[Object]) -> None:
    seen = []
    for one in workloads(objects).values():
        selector, labels = one["spec"]["selector"]["matchLabels"], one["spec"]["template"]["metadata"]["labels"]
        assert selector.items() <= labels.items()
        assert not {"app.kubernetes.io/version", "helm.sh/chart"} & selector.keys()
        seen.append(tuple(sorted(selector.items())))
    assert len(set(seen)) == len(seen)


def test_every_variable_of_ours_is_a_setting(objects: list[Object]) -> None:
    for name in (NAME, f"{NAME}-prepare"):
        assert set(variables(of_kind(objects, "ConfigMap")[name]["data"])) <= SETTINGS
    for pod in pods(objects).values():
        assert {one["name"] for one in pod["containers"][0]["env"]} - {"SSL_CERT_FILE"} <= SETTINGS


def test_settings_are_text_as_the_command_reads_it(objects: list[Object]) -> None:
    data = rendered("--set", "stores.stream.settings.kafka_frames_mib=2000000")[0:]
    text = of_kind(data, "ConfigMap")[NAME]["data"]
    assert all(isinstance(value, str) for value in text.values())
    assert text["TARAZY_KAFKA_FRAMES_MIB"] == "2000000"
    assert text["TARAZY_OPS_PORT"] == "8603"


def test_no_secret_stands_in_the_chart(objects: list[Object]) -> None:
    assert not of_kind(objects, "Secret")
    data = of_kind(objects, "ConfigMap")[NAME]["data"]
    assert not [name for name in data if "PASSWORD" in name or "SECRET" in name]


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_a_role_mounts_the_secrets_of_what_it_uses_and_no_others(objects: list[Object], role: Any) -> None:
    row = values()["roles"][role.name]
    known = {"stream": "tarazy-stream", "casebook": "tarazy-casebook", "register": "tarazy-register"}
    wanted = {known[store] for store in row["uses"] if store in known} | ({"tarazy-keys"} if row["keys"] else set())
    workload = workloads(objects)[role.name]
    assert secrets_of(workload) == wanted
    mounted = {mount["mountPath"] for mount in container(workload)["volumeMounts"] if mount["name"] == "keys"}
    files = values()["keys"]["files"]
    assert mounted == {f"/var/lib/tarazy/{path}" for group in row["keys"] for path in files[group].values()}


def test_every_file_a_setting_names_is_mounted(objects: list[Object]) -> None:
    for one in workloads(objects).values():
        mounts = tuple(mount["mountPath"] for mount in container(one)["volumeMounts"])
        named = [value for value in environment(one).values() if value.startswith("/")]
        assert all(value.startswith(mounts) for value in named)


def test_no_pod_may_be_more_than_it_is(objects: list[Object]) -> None:
    for pod in pods(objects).values():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert "hostNetwork" not in pod
        for one in pod["containers"]:
            assert one["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert "latest" not in one["image"]


def test_a_digest_wins_over_a_version() -> None:
    image = container(workloads(rendered("--set", f"image.digest=sha256:{'0' * 64}"))["decide"])["image"]
    assert image == f"tarazy@sha256:{'0' * 64}"


def test_a_role_is_asked_whether_it_lives_and_whether_it_is_fit(objects: list[Object]) -> None:
    for one in workloads(objects).values():
        asked = {probe: container(one)[f"{probe}Probe"]["httpGet"] for probe in ("startup", "liveness", "readiness")}
        assert asked["startup"] == asked["liveness"] == {"path": "/health", "port": "ops"}
        assert asked["readiness"] == {"path": "/ready", "port": "ops"}
        assert {port["name"]: port["containerPort"] for port in container(one)["ports"]}["ops"] == 8603


def test_a_role_has_time_to_finish_what_is_in_hand(objects: list[Object]) -> None:
    for one in workloads(objects).values():
        assert one["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= STOP_S + 15  # faces and loops


def test_a_new_release_comes_before_the_old_one_goes(objects: list[Object]) -> None:
    for one in of_kind(objects, "Deployment").values():
        assert one["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_other_settings_are_other_pods(objects: list[Object]) -> None:
    def mark(found: list[Object]) -> str:
        annotations = workloads(found)["decide"]["spec"]["template"]["metadata"]["annotations"]
        return str(annotations["checksum/settings"])

    assert mark(objects) != mark(rendered("--set", "settings.policy=other"))


def test_the_doors_spool_is_a_disk_that_outlives_its_pod(objects: list[Object]) -> None:
    door = workloads(objects)["gateway"]
    (claim,) = door["spec"]["volumeClaimTemplates"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container(door)["volumeMounts"]}
    assert mounts[claim["metadata"]["name"]] == "/var/lib/tarazy/spool"
    assert door["spec"]["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}


def test_what_a_role_remembers_lies_on_a_disk_that_goes_with_its_pod(objects: list[Object]) -> None:
    for role, one in workloads(objects).items():
        size = values()["roles"][role].get("windows")
        assert ("TARAZY_WINDOWS" in environment(one)) == bool(size)
        if size:
            volumes = {volume["name"]: volume for volume in one["spec"]["template"]["spec"]["volumes"]}
            claim = volumes["windows"]["ephemeral"]["volumeClaimTemplate"]["spec"]
            assert claim["resources"] == {"requests": {"storage": size}}
            mounts = {mount["name"]: mount["mountPath"] for mount in container(one)["volumeMounts"]}
            assert mounts["windows"] == environment(one)["TARAZY_WINDOWS"]
    again = rendered("--set", "roles.decide.windowsClass=fast")
    (disk,) = [
        one for one in workloads(again)["decide"]["spec"]["template"]["spec"]["volumes"] if one["name"] == "windows"
    ]
    assert disk["ephemeral"]["volumeClaimTemplate"]["spec"]["storageClassName"] == "fast"


def test_a_member_with_a_disk_keeps_its_name_and_others_have_none(objects: list[Object]) -> None:
    named = {role: "TARAZY_KAFKA_MEMBER" in environment(one) for role, one in workloads(objects).items()}
    assert [role for role, is_named in named.items() if is_named] == ["gateway"]
    again = rendered("--set", "roles.crosscheck.kind=StatefulSet")
    assert "TARAZY_KAFKA_MEMBER" in environment(workloads(again)["crosscheck"])
    assert of_kind(again, "ScaledObject")[f"{NAME}-crosscheck"]["spec"]["scaleTargetRef"]["kind"] == "StatefulSet"


def test_every_role_survives_the_loss_of_one_machine(objects: list[Object]) -> None:
    budgets = of_kind(objects, "PodDisruptionBudget")
    for role, one in workloads(objects).items():
        selector = one["spec"]["selector"]
        assert budgets[f"{NAME}-{role}"]["spec"]["selector"] == selector
        assert budgets[f"{NAME}-{role}"]["spec"]["maxUnavailable"] == 1
        pod = one["spec"]["template"]["spec"]
        (term,) = pod["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
        assert term["podAffinityTerm"]["labelSelector"] == selector
        assert pod["topologySpreadConstraints"][0]["labelSelector"] == selector
        assert values()["roles"][role]["replicas"] >= 2


def test_only_the_role_that_asks_for_a_card_gets_one(objects: list[Object]) -> None:
    for role, one in workloads(objects).items():
        limits = container(one).get("resources", {}).get("limits", {})
        pod = one["spec"]["template"]["spec"]
        if role == "vision":
            assert limits == {"nvidia.com/gpu": 1}
            assert container(one)["image"] == "tarazy:0.1.0-cuda"
            assert environment(one)["TARAZY_PROVIDER"] == "cuda"
            assert pod["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
            assert pod["tolerations"]
        else:
            assert not {"nodeSelector", "tolerations"} & pod.keys()
            assert "nvidia.com/gpu" not in limits


def test_a_cards_limit_stands_beside_those_of_the_role() -> None:
    again = rendered("--set", "roles.vision.resources.limits.memory=4Gi")
    assert container(workloads(again)["vision"])["resources"]["limits"] == {"memory": "4Gi", "nvidia.com/gpu": 1}


# Scaling


def test_who_is_scaled_has_no_number_of_replicas_of_its_own(objects: list[Object]) -> None:
    scaled = {name.removeprefix(f"{NAME}-") for name in of_kind(objects, "ScaledObject")}
    assert scaled == {role for role, row in values()["roles"].items() if "scale" in row}
    for role, one in workloads(objects).items():
        assert ("replicas" in one["spec"]) == (role not in scaled)


def test_a_role_is_scaled_by_each_topic_of_its_group_within_bounds(objects: list[Object]) -> None:
    for name, one in of_kind(objects, "ScaledObject").items():
        row = values()["roles"][name.removeprefix(f"{NAME}-")]
        spec = one["spec"]
        assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (row["scale"]["min"], row["scale"]["max"])
        told = [trigger["metadata"] for trigger in spec["triggers"]]
        asked = {(group, topic) for group, topics in row["scale"]["groups"].items() for topic in topics}
        assert {(each["consumerGroup"], each["topic"]) for each in told} == asked
        for trigger in spec["triggers"]:
            assert trigger["type"] == "kafka"
            assert all(isinstance(value, str) for value in trigger["metadata"].values())
            assert trigger["metadata"]["bootstrapServers"].startswith("kafka-0.kafka.stores:9093,")
            assert trigger["authenticationRef"]["name"] in of_kind(objects, "TriggerAuthentication")


def test_a_prefix_stands_before_the_names_that_the_scaler_asks_for() -> None:
    again = rendered("--set", "stores.stream.settings.kafka_prefix=kz.")
    for one in of_kind(again, "ScaledObject").values():
        for trigger in one["spec"]["triggers"]:
            assert trigger["metadata"]["topic"].startswith("kz.")
            assert trigger["metadata"]["consumerGroup"].startswith("kz.")


def test_no_more_replicas_than_partitions() -> None:
    again = rendered("--set", "stores.stream.settings.kafka_partitions=4")
    assert {one["spec"]["maxReplicaCount"] for one in of_kind(again, "ScaledObject").values()} == {4}


# Network


def test_nobody_talks_to_anybody_unless_a_policy_says_so(objects: list[Object]) -> None:
    nobody = of_kind(objects, "NetworkPolicy")[f"{NAME}-nobody"]["spec"]
    assert nobody["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & nobody.keys()
    for one in (*of_kind(objects, "Deployment", "StatefulSet", "Job").values(),):
        labels = one["spec"]["template"]["metadata"]["labels"]
        assert nobody["podSelector"]["matchLabels"].items() <= labels.items()


@pytest.mark.parametrize("role", [*(role.name for role in ROLES), "prepare"])
def test_a_role_reaches_names_and_the_stores_it_uses_and_no_others(objects: list[Object], role: str) -> None:
    row = values()["roles"].get(role, {"uses": ["stream", "casebook", "register"]})
    names, *stores = of_kind(objects, "NetworkPolicy")[f"{NAME}-{role}"]["spec"]["egress"]
    assert {port["port"] for port in names["ports"]} == {53}
    ports = {"stream": 9093, "casebook": 5432, "register": 8443}
    assert [rule["ports"] for rule in stores] == [[{"port": ports.get(store, 443)}] for store in row["uses"]]
    assert all(rule["to"] for rule in stores)


def test_helm_says_whose_administrators_routes_are_to_be_kept_from_the_outside() -> None:
    assert "of both, /v1/admin, are not for the outside" in notes()


COLLECTOR = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "watching"}}}]
TRACED = ("--set", "settings.traces=http://collector.watching:4318")


def test_every_role_reaches_the_collector_of_traces_where_one_is_named() -> None:
    again = rendered(*TRACED, "--set-json", f"network.traces.to={json.dumps(COLLECTOR)}")
    policies = of_kind(again, "NetworkPolicy")
    ways = {role.name: policies[f"{NAME}-{role.name}"]["spec"]["egress"][-1] for role in ROLES}
    assert ways == {role.name: {"to": COLLECTOR, "ports": [{"port": 4318}]} for role in ROLES}
    assert of_kind(again, "ConfigMap")[NAME]["data"]["TARAZY_TRACES"] == "http://collector.watching:4318"
    assert 4318 not in [rule["ports"][0]["port"] for rule in policies[f"{NAME}-prepare"]["spec"]["egress"]]


def test_helm_says_so_where_traces_cannot_leave() -> None:
    assert "network.traces.to is empty" in notes(*TRACED)
    assert "traces" not in notes()


def test_only_the_door_and_the_pages_are_called_and_metrics_by_prometheus(objects: list[Object]) -> None:
    for role in ROLES:
        rules = of_kind(objects, "NetworkPolicy")[f"{NAME}-{role.name}"]["spec"]["ingress"]
        called = [rule["ports"][0]["port"] for rule in rules]
        assert called == (["http", "ops"] if role.face else ["ops"])
        assert all(rule["from"] for rule in rules)


def test_a_caller_that_nobody_named_is_let_in_nowhere() -> None:
    again = rendered("--set-json", "network.webFrom=[]", "--set-json", "network.opsFrom=[]")
    assert of_kind(again, "NetworkPolicy")[f"{NAME}-web"]["spec"]["ingress"] in (None, [])


def test_a_service_finds_the_door_and_the_pages(objects: list[Object]) -> None:
    services = of_kind(objects, "Service")
    assert {name.removeprefix(f"{NAME}-") for name in services} == {"gateway", "gateway-any", "web", "ops"}
    assert services[f"{NAME}-gateway-any"]["spec"]["ports"][0]["port"] == 8600
    assert services[f"{NAME}-web"]["spec"]["ports"][0]["port"] == 8601
    assert workloads(objects)["gateway"]["spec"]["serviceName"] in services


# Before the roles


def test_topics_and_tables_come_before_the_roles_one_after_another(objects: list[Object]) -> None:
    jobs = sorted(
        of_kind(objects, "Job").values(), key=lambda job: int(job["metadata"]["annotations"]["helm.sh/hook-weight"])
    )
    assert [job["spec"]["template"]["spec"]["containers"][0]["args"] for job in jobs] == [
        ["topics", "apply"],
        ["casebook", "migrate"],
        ["register", "migrate"],
    ]
    for one in (*jobs, of_kind(objects, "ConfigMap")[f"{NAME}-prepare"]):
        assert one["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"


def test_the_owner_of_the_tables_migrates_and_no_role_has_its_password(objects: list[Object]) -> None:
    job = of_kind(objects, "Job")[f"{NAME}-prepare-casebook"]
    assert secrets_of(job) == {"tarazy-casebook-owner"}
    assert environment(job)["TARAZY_CASEBOOK_URL"].startswith("postgresql+psycopg://tarazy_owner@")
    assert all("tarazy-casebook-owner" not in secrets_of(one) for one in workloads(objects).values())


def test_the_registers_owner_migrates_and_no_role_has_its_password(objects: list[Object]) -> None:
    job = of_kind(objects, "Job")[f"{NAME}-prepare-register"]
    assert secrets_of(job) == {"tarazy-register-owner"}
    assert environment(job)["TARAZY_REGISTER_USER"] == "tarazy_owner"
    assert all("tarazy-register-owner" not in secrets_of(one) for one in workloads(objects).values())


def test_without_owners_the_roles_own_users_migrate() -> None:
    told = "prepare.casebook_url=,prepare.casebookSecret=,prepare.register_user=,prepare.registerSecret="
    jobs = of_kind(rendered("--set", told), "Job")
    assert secrets_of(jobs[f"{NAME}-prepare-register"]) == {"tarazy-register"}
    assert secrets_of(jobs[f"{NAME}-prepare-casebook"]) == {"tarazy-casebook"}
    assert "TARAZY_REGISTER_USER" not in environment(jobs[f"{NAME}-prepare-register"])


def test_a_register_is_rewritten_only_where_the_operator_allows_it() -> None:
    told = container(of_kind(rendered("--set", "prepare.allowRewrite=true"), "Job")[f"{NAME}-prepare-register"])["args"]
    assert told == ["register", "migrate", "--allow-rewrite"]
    assert "--allow-rewrite" in CliRunner().invoke(register.app, ["migrate", "--help"], env={"COLUMNS": "200"}).output


def test_metrics_are_told_under_the_name_that_the_alerts_know(objects: list[Object]) -> None:
    (endpoint,) = of_kind(objects, "PodMonitor")[NAME]["spec"]["podMetricsEndpoints"]
    assert (endpoint["port"], endpoint["path"]) == ("ops", "/metrics")
    assert {"targetLabel": "job", "replacement": "tarazy"} in endpoint["relabelings"]
