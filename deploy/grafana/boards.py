"""The boards of Grafana as data: `python -m deploy.grafana.boards` writes the JSON files beside this one.

A board is rows of panels, a panel is a title, what to make of it, a unit and its queries. Every query is run against a
live Prometheus by tests/deploy/test_live_prometheus.py.
"""

import sys

from deploy.grafana.panels import Board, Panel, Query, path_of, rendered


def _rare(expr: str, legend: str = "") -> Query:
    return Query(expr, legend, always=False)


OVERVIEW = Board(
    "tarazy-overview",
    "Tarazy: overview",
    (
        Panel(
            "Up", "1: the centre gives its metrics.", "bool", (Query('up{job="tarazy"}', "{{instance}}"),), "stat", 4
        ),
        Panel(
            "In review",
            "Cases that wait for an officer.",
            "short",
            (Query("max(tarazy_review_queue_cases)"),),
            "stat",
            4,
        ),
        Panel(
            "Terms overdue", "Zero, but for a moment.", "short", (Query("max(tarazy_deadlines_overdue)"),), "stat", 4
        ),
        Panel("Outbox", "On its way to the stream.", "short", (Query("max(tarazy_outbox_waiting)"),), "stat", 4),
        Panel("Acts in the log", "Since the beginning.", "short", (Query("max(tarazy_log_entries)"),), "stat", 4),
        Panel("Devices heard", "Since the centre started.", "short", (Query("tarazy:devices:count"),), "stat", 4),
        Panel(
            "Through the stages",
            "Records committed a second.",
            "reqps",
            (Query("stage:tarazy_stage_records:rate5m", "{{stage}}"),),
        ),
        Panel(
            "Behind",
            "Age of the oldest record not yet read, by stage.",
            "s",
            (Query("stage:tarazy_stream_lag_seconds:max", "{{stage}}"),),
        ),
        Panel(
            "At the door",
            "Events pushed a second, by what became of them.",
            "reqps",
            (Query("sum by (fate) (rate(tarazy_door_events_total[5m]))", "{{fate}}"),),
        ),
        Panel(
            "Laid aside, held, crashed",
            "Dead letters, waits for a store and bugs, each in an hour.",
            "short",
            (
                _rare("sum by (stage, code) (increase(tarazy_stage_refused_total[1h]))", "{{stage}} {{code}}"),
                _rare("sum by (stage, what) (increase(tarazy_stage_held_total[1h]))", "{{stage}} waits for {{what}}"),
                _rare("sum by (stage) (increase(tarazy_stage_crashed_total[1h]))", "{{stage}} crashed"),
                _rare("max by (stage) (tarazy_stage_halted)", "{{stage}} halted"),
            ),
        ),
        Panel(
            "Stores",
            "0: it does not answer whoever watches; what is asked of it is missing here.",
            "bool",
            (Query("max by (what) (tarazy_store_answers)", "{{what}}"),),
        ),
        Panel("Alerts", "What is raised now.", "none", (_rare('ALERTS{alertstate="firing"}'),), "table", 24),
    ),
)

DEVICES = Board(
    "tarazy-devices",
    "Tarazy: devices",
    (
        Panel(
            "Silent devices",
            "Silent for an hour, or not heard since the centre started.",
            "percentunit",
            (Query("tarazy:devices_silent:ratio"),),
            "stat",
            8,
        ),
        Panel(
            "Worst clock",
            "Farthest from its source, by the devices' own word.",
            "s",
            (Query("max(device:tarazy_device_clock_offset_seconds:abs)"),),
            "stat",
            8,
        ),
        Panel("Devices heard", "Since the start.", "short", (Query("tarazy:devices:count"),), "stat", 8),
        Panel(
            "Longest silent",
            "Seconds since the last event of the twenty that are silent longest.",
            "s",
            (Query("topk(20, device:tarazy_device_last_event_seconds:min)", "{{device}}"),),
        ),
        Panel(
            "Clocks",
            "Twenty clocks that are farthest off; beyond a second every passage goes to an officer.",
            "s",
            (Query("topk(20, device:tarazy_device_clock_offset_seconds:abs)", "{{device}}"),),
        ),
        Panel(
            "Refused at the door",
            "Events a second that were not taken, by code (ingest/problems.py).",
            "reqps",
            (_rare('sum by (fate) (rate(tarazy_door_events_total{fate!~"kept|known|spooled"}[5m]))', "{{fate}}"),),
        ),
        Panel(
            "Refused access",
            "Attempts at what somebody may not, in an hour, by face and code.",
            "short",
            (_rare("sum by (face, code) (increase(tarazy_refused_access_total[1h]))", "{{face}} {{code}}"),),
        ),
        Panel(
            "Taken",
            "New, known already, and kept on the door's own disk while the stream is away.",
            "reqps",
            (Query('sum by (fate) (rate(tarazy_door_events_total{fate=~"kept|known|spooled"}[5m]))', "{{fate}}"),),
        ),
    ),
)


def _stage_panels(stages: str) -> tuple[Panel, ...]:
    """What every stage is judged by, for some of them."""
    return (
        Panel(
            "Records a second",
            "Committed.",
            "reqps",
            (Query(f'stage:tarazy_stage_records:rate5m{{stage=~"{stages}"}}', "{{stage}}"),),
        ),
        Panel(
            "Waited in the topic",
            "How long the oldest record of a batch had waited: half of the batches, and 99 in 100.",
            "s",
            (
                Query(f'stage:tarazy_stage_age_seconds:p50_5m{{stage=~"{stages}"}}', "{{stage}} p50"),
                Query(f'stage:tarazy_stage_age_seconds:p99_5m{{stage=~"{stages}"}}', "{{stage}} p99"),
            ),
        ),
        Panel(
            "Handling a batch",
            "99 in 100 take less.",
            "s",
            (Query(f'stage:tarazy_stage_handle_seconds:p99_5m{{stage=~"{stages}"}}', "{{stage}}"),),
        ),
        Panel(
            "Committing a batch",
            "99 in 100 take less.",
            "s",
            (Query(f'stage:tarazy_stage_commit_seconds:p99_5m{{stage=~"{stages}"}}', "{{stage}}"),),
        ),
        Panel(
            "Not yet read",
            "Records, by topic.",
            "short",
            (Query(f'max by (stage, topic) (tarazy_stream_lag_records{{stage=~"{stages}"}})', "{{stage}} {{topic}}"),),
        ),
    )


VISION = Board(
    "tarazy-vision",
    "Tarazy: vision",
    (
        *_stage_panels("vision|confirm"),
        Panel(
            "Passages of an event",
            "How many vehicles a frame shows, as the eyes see it.",
            "short",
            (
                Query(
                    'sum(rate(tarazy_stage_outputs_total{stage="vision"}[5m]))'
                    ' / (sum(rate(tarazy_stage_records_total{stage="vision"}[5m])) > 0)',
                    "passages",
                ),
            ),
        ),
        Panel(
            "Frames that are not pictures",
            "Laid aside in an hour, by code.",
            "short",
            (_rare('sum by (code) (increase(tarazy_stage_refused_total{stage="vision"}[1h]))', "{{code}}"),),
        ),
        Panel(
            "Findings not yet sealed",
            "How old their pictures may be; frames stand for two hours.",
            "s",
            (Query("tarazy:findings_unsealed_seconds:bound", "bound"),),
        ),
    ),
)

ADJUDICATION = Board(
    "tarazy-adjudication",
    "Tarazy: adjudication",
    (
        Panel(
            "Settled, by route",
            "All passages so far.",
            "short",
            (Query("sum by (route) (max by (route, reason) (tarazy_outcomes))", "{{route}}"),),
        ),
        Panel(
            "Why cases go to an officer",
            "The ten most frequent reasons.",
            "short",
            (_rare('topk(10, max by (reason) (tarazy_outcomes{route="review"}))', "{{reason}}"),),
        ),
        Panel(
            "Automatic",
            "Of all findings, the share that needed nobody.",
            "percentunit",
            (
                _rare(
                    'sum(max by (reason) (tarazy_outcomes{route="auto"}))'
                    ' / sum(max by (route, reason) (tarazy_outcomes{route!="none"}))'
                ),
            ),
        ),
        Panel(
            "Acts that controls kept back or noted",
            "Within seven days, by control: a document that is not as the law and its facts have it.",
            "short",
            (_rare("max by (control, severity) (tarazy_control_findings) > 0", "{{control}}, {{severity}}"),),
        ),
        Panel(
            "Registers",
            "0: a process that asks it leaves it alone.",
            "bool",
            (Query("min by (system) (tarazy_registry_up)", "{{system}}"),),
        ),
        Panel("In review", "Cases.", "short", (Query("max(tarazy_review_queue_cases)"),)),
        Panel(
            "Terms that end within a day",
            "By code; SEND and LIM_OFFENCE end a case.",
            "short",
            (_rare("max by (code) (tarazy_deadlines_soon)", "{{code}}"),),
        ),
        *_stage_panels("sections|crosscheck|decide|seal|issue|notify|lifecycle"),
    ),
)

REGISTER = Board(
    "tarazy-register",
    "Tarazy: register, log and cases",
    (
        Panel("Cases by state", "Now.", "short", (Query("max by (state) (tarazy_cases)", "{{state}}"),)),
        Panel(
            "Acts: in the log, and signed for",
            "The two lines are one: an act and its checkpoint are one transaction.",
            "short",
            (Query("max(tarazy_log_entries)", "acts"), Query("max(tarazy_log_signed_entries)", "under a checkpoint")),
        ),
        Panel(
            "Acts in an hour",
            "New in the log.",
            "short",
            (Query("clamp_min(max(delta(tarazy_log_entries[1h])), 0)", "acts"),),
        ),
        Panel(
            "Certificates",
            "Time left.",
            "s",
            (Query("min by (certificate) (tarazy_certificate_expires_seconds)", "{{certificate}}"),),
            "stat",
        ),
        *_stage_panels("register|recall"),
    ),
)

SLO = Board(
    "tarazy-slo",
    "Tarazy: objectives",
    (
        Panel(
            "The door takes what devices push",
            "Objective 99.9 % in 30 days. Failed: overloaded, unavailable, nowhere to keep, internal.",
            "percentunit",
            (
                Query("1 - tarazy:door_failed:ratio5m", "5 min"),
                Query("1 - tarazy:door_failed:ratio1h", "1 h"),
            ),
        ),
        Panel(
            "The register is fresh",
            "Objective: 99 % of batches have waited at most 30 s in their topic.",
            "percentunit",
            (Query("tarazy:register_fresh:ratio5m", "5 min"),),
        ),
        Panel(
            "Findings are sealed in time",
            "Objective: always below half of what frames stand.",
            "percentunit",
            (Query("tarazy:findings_unsealed_seconds:bound / 7200", "share of the retention"),),
        ),
        Panel(
            "Nothing is laid aside",
            "Objective: less than one record in a thousand.",
            "percentunit",
            (_rare("stage:tarazy_stage_refused:ratio15m", "{{stage}}"),),
        ),
        Panel(
            "No term lapses",
            "Objective: none of SEND and LIM_OFFENCE overdue for more than a minute.",
            "short",
            (Query("max(tarazy_deadlines_overdue)", "overdue"),),
        ),
    ),
)

BOARDS = (OVERVIEW, DEVICES, VISION, ADJUDICATION, REGISTER, SLO)


def main() -> None:
    """Write every board."""
    for board in BOARDS:
        path_of(board).write_text(rendered(board), encoding="utf-8")
        sys.stdout.write(f"{path_of(board).name}\n")


if __name__ == "__main__":
    main()
