"""Names that travel in HTTP headers between devices and the door."""

CONTENT_TYPE = "application/vnd.tarazy.event"
RECEIPT_TYPE = "application/vnd.tarazy.receipt+json"

DEVICE_HEADER = "Tarazy-Device"
INSTANT_HEADER = "Tarazy-Instant"
SIGNATURE_HEADER = "Tarazy-Signature"
