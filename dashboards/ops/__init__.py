"""The pages of operations: how the centre does, as a page and as JSON; who looked at what, for auditors; and what
another law would have made of the past, for those who answer for the law.

`look.py` is one look at the whole centre as data, `pages.py` the routes, `replay.py` those of a candidate.
"""

from dashboards.ops.pages import ops_pages
from dashboards.ops.replay import replay_pages

__all__ = ["ops_pages", "replay_pages"]
