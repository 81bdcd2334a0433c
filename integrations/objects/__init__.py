"""The evidence store: a directory (local.py), or an S3 service with Object Lock (s3.py); opened.py picks by address.

Write-once is the store's own promise, not ours: `mode="create"` refuses a second write. Reading order: local.py, s3.py,
lock_calls.py (what obstore does not speak), sigv4.py, shelf.py (masked copies for others), opened.py.
"""

from integrations.objects.local import Directory, directory

__all__ = ["Directory", "directory"]
