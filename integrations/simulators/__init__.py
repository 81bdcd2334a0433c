"""Simulated outside systems: registers, the eGov cabinet and the SMS gateway, in one process of their own on loopback.

Nothing in the product calls a simulator directly: it speaks HTTP to it as it would to the real system. Reading order:
profiles.py and population.py (who and what exists, from a seed), names.py (invented names), registries.py (the
population behind the port), mailbox.py (what channels keep), faults.py (slow, wrong, partial, dead), server.py (HTTP),
process.py (starting one).
"""
