"""The pages of operations: how the centre does, as a page and as JSON; and who looked at what, for auditors.

`look.py` is one look at the whole centre as data, `pages.py` the routes.
"""

from dashboards.ops.pages import ops_pages

__all__ = ["ops_pages"]
