"""How well plates are read, as figures that can be checked: pure functions of truth and answers."""
