"""The stream that the settings name."""

from ingest.clock import Clock
from integrations.config import Settings
from integrations.kafka.connection import connection
from integrations.kafka.stream import KafkaStream
from integrations.kafka.topics import Layout


def open_stream(settings: Settings, clock: Clock) -> KafkaStream:
    """The stream on the brokers of TARAZY_KAFKA; nothing is asked of them before it is used.

    Raises:
        Invalid: `kafka-settings`.
    """
    return KafkaStream(connection(settings), clock=clock, shape=layout(settings))


def layout(settings: Settings) -> Layout:
    """The shape that the settings give to topics."""
    return Layout(settings.kafka_partitions, settings.kafka_replication, settings.kafka_frames_mib)
