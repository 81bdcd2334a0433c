"""The owners' pages: by number and plate how an act stands, by the token of its QR code everything about it.

`pages.py` holds the routes, `copies.py` what may be taken away: the paper, the evidence pack, pictures in which only
the addressee's vehicle can be seen.
"""

from dashboards.owner.pages import owner_pages

__all__ = ["owner_pages"]
