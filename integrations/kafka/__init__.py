"""The stream on Apache Kafka. `stream.py` is the door to it; only this folder speaks to a broker."""
