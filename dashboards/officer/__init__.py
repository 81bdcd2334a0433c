"""The officers' pages: the queue, a case with all that was seen and said of it, and the verdict.

`pages.py` holds the routes, `case_sheet.py` what a case shows, `verdicts.py` what an officer may say.
"""

from dashboards.officer.pages import officer_pages

__all__ = ["officer_pages"]
