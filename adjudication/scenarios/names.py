"""What a file may call registers: the brief's words beside the program's own, as data."""

from adjudication.answers import System

SYSTEMS: dict[str, System] = {
    **dict.fromkeys(("device", "devices", "verification", "verifications"), "devices"),
    **dict.fromkeys(("vehicle", "vehicles", "owner", "owners", "holder"), "vehicles"),
    **dict.fromkeys(("person", "persons", "individual", "legal_person", "legal_persons", "size_class"), "persons"),
    "insurance": "insurance",
    "inspection": "inspection",
    **dict.fromkeys(("penalties", "previous", "history"), "penalties"),
}
"""Registers, also by what they are asked about: who owns or holds a vehicle the vehicles' tells. Source: brief §5."""
