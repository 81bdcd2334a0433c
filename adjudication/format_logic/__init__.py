"""The controls of formation, by what they look at; the table that names them is `adjudication.formation`."""
