"""The demonstration: cameras, registries and a population that do not exist, around the real centre.

`script.py` writes what will happen and what must come of it; `world.py` starts centre and simulators; `once.py` runs
the script once and compares; `live.py` keeps it going for people to look at.
"""
