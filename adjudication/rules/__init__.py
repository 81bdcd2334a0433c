"""The rules, in the order they are tried: each looks at a scene and finds one possible offence, or none.

A rule knows how a fact is recognised; which part punishes it, from when and how hard is in the law's data.
"""

from adjudication.findings import Rule
from adjudication.rules import documents, reported, speed

RULES: tuple[Rule, ...] = (speed.find, reported.find, documents.find_no_insurance, documents.find_no_inspection)
