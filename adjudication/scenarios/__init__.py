"""Law scenarios: files a lawyer writes and this package runs through the same `decide` as the road.

Files in reading order: `format` (what a file may say), `build` (short facts to a whole checked passage), `run` (what
came out, against what was expected).
"""
