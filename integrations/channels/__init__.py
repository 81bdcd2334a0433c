"""Channels: how an act reaches the person it concerns, and what proves that it did.

Reading order: port.py (the contract), http.py (the eGov cabinet and the SMS gateway).
"""
