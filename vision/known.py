"""Does the first reader say here what it said where it was calibrated?

A few drawn plates and what the reader's own file made of them are kept beside its weights. A provider or a processor
whose integer kernels overflow, or round otherwise than the arithmetic that was judged, reads a little worse without
anybody being told: every figure on the card would be void. So it is asked at start, and refused where it differs.
"""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from adjudication.errors import Invalid
from vision.onnx import Floats, Network

FILE = "known.npz"
"""Among the weights; written by `vision/train` from the exported file."""
TOLERANCE = 0.1
"""Of a character's probability. Another order of adding floats moves it by thousandths, one step of an integer by
hundredths where the reader doubts; what overflows is off by tenths on most plates."""


@dataclass(frozen=True, slots=True)
class Known:
    """`plates` uint8 BGR [N, 64, 192, 3] and the reader's `rows` [N, 2, 48, 37] of them, probabilities."""

    plates: NDArray[np.uint8]
    rows: Floats

    def save(self, path: Path) -> None:
        """Write both into one file."""
        np.savez_compressed(path, plates=self.plates, rows=self.rows.astype(np.float16))


def load(path: Path) -> Known:
    """Known answers from their file.

    Raises:
        Invalid: `known-answers-malformed`.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return Known(file["plates"], file["rows"].astype(np.float32))
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise Invalid("known-answers-malformed", f"{path.name}: {error}") from error


def answers(network: Network, plates: NDArray[np.uint8]) -> Known:
    """What the network says of plates now."""
    return Known(plates, np.asarray(network.run(plates)[0], np.float32))


def check(network: Network, known: Known) -> None:
    """Returns if the network says what is known.

    Raises:
        Invalid: `reader-differs`; the detail says by how much, and what to do.
    """
    off = float(np.abs(answers(network, known.plates).rows - known.rows).max())
    if not off <= TOLERANCE:
        raise Invalid(
            "reader-differs",
            f"on {', '.join(network.providers)} the plate reader's answers differ by {off:.2f} from those it was "
            f"calibrated with (at most {TOLERANCE}); set TARAZY_PROVIDER to another provider, or use another processor",
        )
