"""Verification of an evidence pack against a trust bundle: the chain from the camera's key to the sum in the act."""
