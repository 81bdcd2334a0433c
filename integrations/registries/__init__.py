"""Registers of other bodies over HTTP, behind the port `integrations.ports.Registries`.

Reading order: wire.py (what is asked and what counts as an answer), register.py (one register: cache, breaker,
deadline, retry), http.py (the five of them behind the port).
"""
