"""The national load: what a country sends, through a whole cluster, and what it costs (`tarazy bench national`)."""
