"""The casebook: case state, acts, log, deadlines, queue, outbox, keys, users. Embedded SQLite, later PostgreSQL.

Reading order: tables.py, database.py (transactions), casebook.py (nouns), then any noun. What pages read and do is in
desk.py (officers), owner.py (owners) and counts.py (operations). The stages that write it stand beside this folder:
issue.py, lifecycle.py, deadlines.py, outbox.py, notify.py.
"""

from integrations.casebook.casebook import Casebook

__all__ = ["Casebook"]
