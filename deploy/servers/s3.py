"""An S3 service with Object Lock for tests and benchmarks: ministack on loopback, or the one the environment names.

`S3_ENDPOINT`, `S3_ACCESS_KEY_ID`, `S3_SECRET_ACCESS_KEY` and, where there are regions, `S3_REGION` name a service of
the user's own; each run makes a bucket of its own there, and what it locked stays in it. Ministack checks every
signature, knows one user with rights to S3 alone, keeps everything in memory, and forgets it when it stops.

    python -m deploy.servers.s3        prints what a client needs, and serves until Ctrl-C
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx

from deploy.servers.ports import free_port
from ingest.clock import system_clock
from integrations.objects.lock_calls import Bucket
from integrations.objects.sigv4 import Keys, Scope, signed, url_of

REGION = "us-east-1"
START_S = 60.0
"""It was seen to take 2 to 5 s on two busy cores."""
ROOT = Keys("test", "test")
"""Ministack's own account; used to make the user, whose rights end at S3."""
ALLOWED = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


@dataclass
class S3Server:
    """A running service: `bucket` with Object Lock, and the `keys` of a user who may do everything with it."""

    bucket: Bucket
    keys: Keys
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """As TARAZY_EVIDENCE takes it."""
        told = urlencode({"endpoint": self.bucket.endpoint, "region": self.bucket.region})
        return f"s3://{self.bucket.name}?{told}"

    def request(
        self, method: str, path: str, query: dict[str, str] | None = None, body: bytes = b"", **headers: str
    ) -> httpx.Response:
        """One signed request about the bucket, as whoever holds its keys might send it; underscores become hyphens."""
        url = url_of(self.bucket.endpoint, f"/{self.bucket.name}/{path}".rstrip("/"), query or {})
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        scope, now_us = Scope(self.bucket.region), system_clock()
        sent = signed(method, url, body, keys=self.keys, scope=scope, now_us=now_us, headers=given)
        return httpx.request(method, url, content=body, headers=sent, timeout=30)

    def pause(self) -> None:
        """The service stops answering, as one whose host hangs."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)


@contextmanager
def running() -> Iterator[S3Server]:
    """A service with a new bucket; stopped when the caller is done, unless it is the user's own."""
    own = os.environ.get("S3_ENDPOINT")
    if own:
        keys = Keys(os.environ["S3_ACCESS_KEY_ID"], os.environ["S3_SECRET_ACCESS_KEY"])
        yield _with_bucket(S3Server(_bucket(own.rstrip("/"), os.environ.get("S3_REGION", REGION)), keys))
        return
    with tempfile.TemporaryDirectory() as folder, _ministack(Path(folder)) as (endpoint, process):
        yield _with_bucket(S3Server(_bucket(endpoint, REGION), _user(endpoint), process))


def _bucket(endpoint: str, region: str) -> Bucket:
    return Bucket(f"tarazy-{secrets.token_hex(6)}", endpoint, region)


def _with_bucket(server: S3Server) -> S3Server:
    answer = server.request("PUT", "", None, b"", x_amz_bucket_object_lock_enabled="true")
    if not answer.is_success:
        raise RuntimeError(f"the S3 service made no bucket: {answer.status_code} {answer.text[:300]}")
    return server


@contextmanager
def _ministack(folder: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    port = free_port()
    settings = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": "s3,iam",
        "AUTH": "true",
        "SFTP_ENABLED": "0",  # else it listens on every address of the machine
        "IOT_MTLS_ENABLED": "0",
        "HOME": str(folder),
    }
    with (folder / "ministack.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            env=os.environ | settings,
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _await(f"http://127.0.0.1:{port}", process, folder / "ministack.log")
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.send_signal(signal.SIGCONT)  # a paused process would not hear that it is to end
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(endpoint: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{endpoint}/_ministack/health", timeout=2).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError(f"ministack did not start: {log.read_text(errors='replace')[-1000:]}")


def _user(endpoint: str) -> Keys:
    """A user of its own: ministack checks the signatures of users, not those of its root account."""
    policy = json.dumps(ALLOWED)
    _iam(endpoint, Action="CreateUser", UserName="tarazy")
    _iam(endpoint, Action="PutUserPolicy", UserName="tarazy", PolicyName="s3", PolicyDocument=policy)
    made = _iam(endpoint, Action="CreateAccessKey", UserName="tarazy")
    return Keys(_between(made, "AccessKeyId"), _between(made, "SecretAccessKey"))


def _iam(endpoint: str, **told: str) -> str:
    body = urlencode(told | {"Version": "2010-05-08"}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    url, scope = f"{endpoint}/", Scope(REGION, "iam")
    sent = signed("POST", url, body, keys=ROOT, scope=scope, now_us=system_clock(), headers=headers)
    answer = httpx.post(url, content=body, headers=sent, timeout=30)
    answer.raise_for_status()
    return answer.text


def _between(xml: str, name: str) -> str:
    return xml.split(f"<{name}>", 1)[1].split(f"</{name}>", 1)[0]


def main() -> None:
    """Serve until Ctrl-C; the address and, in two lines, the keys as `keys/s3` holds them."""
    with running() as server:
        told = (server.address, server.keys.access_key_id, server.keys.secret_access_key)
        sys.stdout.write("\n".join(told) + "\n")
        sys.stdout.flush()
        try:
            signal.pause()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
