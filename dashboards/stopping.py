"""Being told to stop by Ctrl-C or SIGTERM, for a process whose main thread waits for it."""

import _thread
import signal
import threading

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def told_to_stop() -> threading.Event:
    """An event that is set by the first of SIGNALS; call it on the main thread, before anything else is started.

    A signal's handler runs on the main thread, in the middle of whatever that does. Where it stands inside the event's
    own `wait` it may hold the event's lock, and setting the event there would wait for ever: so another thread does.
    """
    stop = threading.Event()
    for number in SIGNALS:
        signal.signal(number, lambda *_: _thread.start_new_thread(stop.set, ()))
    return stop
