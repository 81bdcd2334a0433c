"""The stream that the settings name."""

import os
from pathlib import Path

from adjudication.errors import Invalid
from ingest.clock import Clock
from integrations.config import PREFIX, Settings
from integrations.kafka.connection import connection
from integrations.kafka.stream import KafkaStream
from integrations.kafka.topics import Layout


def open_stream(settings: Settings, clock: Clock) -> KafkaStream:
    """The stream on the brokers of TARAZY_KAFKA; nothing is asked of them before it is used.

    Raises:
        Invalid: `kafka-settings`; `setting-wrong`, nothing can be written where windows are to lie.
    """
    windows_in = Path(settings.windows) if settings.windows else None
    if windows_in and not (windows_in.is_dir() and os.access(windows_in, os.W_OK | os.X_OK)):
        raise Invalid("setting-wrong", f"{PREFIX}WINDOWS: {windows_in} is no folder that this user may write to")
    return KafkaStream(connection(settings), clock=clock, shape=layout(settings), windows_in=windows_in)


def layout(settings: Settings) -> Layout:
    """The shape that the settings give to topics."""
    return Layout(settings.kafka_partitions, settings.kafka_replication, settings.kafka_frames_mib)
