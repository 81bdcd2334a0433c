"""What is optional, and how its tests say that it is not here."""

from importlib.util import find_spec

import pytest

from vision.models import WEIGHTS

(PLATES,) = (one for one in WEIGHTS if one.role == "plates")
(TEXT,) = (one for one in WEIGHTS if one.role == "text")


def require(package: str) -> None:
    # find_spec, for an import here would come before the adapter has set the library's switches.
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed: make test-gpu-extra")


def require_cuda() -> None:
    from vision.yolo import cuda

    if not cuda():
        pytest.skip("there is no CUDA device here")
