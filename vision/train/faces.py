"""The typefaces of drawn plates: open ones, by pinned digest, in place of the stamped ones that nobody publishes.

Half a dozen are never trained on: how the reader does on those says what it may do on a real face. All are under the
SIL Open Font Licence but `mohave` (MIT); they are used to draw, and no weights contain them.
"""

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from adjudication.units import Sha256
from vision.models import Packaged, Report, files_of

Mask = NDArray[np.uint8]
"""[h, w], 255 where there is ink."""

DIRECTORY = Path("var/train/faces")
DRAWN_PX = 96
"""Height of a capital as drawn once: more than any training picture shows, so that all are only made smaller."""


@dataclass(frozen=True, slots=True)
class Face:
    """One weight of one typeface; `held_out` ones are for judging only."""

    name: str
    version: str
    weight: int
    sha256: Sha256
    held_out: bool = False

    @property
    def member(self) -> str:
        """Its file in the package."""
        return f"{self.name}-latin-{self.weight}-normal.woff"


FACES = (
    Face("archivo-narrow", "5.3.0", 600, "b2338e9fb52c783fc3ce5090b5bcd8980ca508a055d038f4f1715ee18f67a65f"),
    Face("b612-mono", "5.3.0", 700, "3abb1f86c25babaf39749d7be6800a50a35519f1476d117ffe6d92cb58cb15ec"),
    Face("barlow-condensed", "5.3.0", 500, "a5c197a36d650b8bd6b153976aeb31f1ddd9e75f75e4165a6f3eb1e25f50ada6"),
    Face("barlow-condensed", "5.3.0", 700, "bd414ee6698edb13ec58b3084b68c1804eeb55acb6b65f628822320dcd1e5431"),
    Face("barlow-semi-condensed", "5.3.0", 500, "51cfb09823c8f0b62f5fcce62ca7c779039cdc7d077961a25dbe24f49a4190f3"),
    Face("barlow-semi-condensed", "5.3.0", 600, "4b949f7e4f39840f7a80d5bd03a043a7ef9fe36e95d490188738695337df2748"),
    Face("bebas-neue", "5.3.0", 400, "144f4a2feb4f333e5960703ef6a09bfe6633abbfe1b204e3ee512803eeffeb67"),
    Face("big-shoulders-display", "5.3.0", 700, "28bddf638defa1bded96e9e8c3e3c075dd489829f4ac3a2989e318d0a5899342"),
    Face("encode-sans-condensed", "5.3.0", 600, "603efb5d1ee9ef45420c0b5556aa1739e2ff7db56bb5351dd9a40e8d77358340"),
    Face("fira-sans-condensed", "5.3.0", 500, "ad37129c5b8e2625e46eb646d0c2f5c860e7d1efbc9e4ed77507fc0cf18d9772"),
    Face("fjalla-one", "5.3.0", 400, "994f04ea5654867cbd92e09b0d4c25f174c91f5d85c6f82cb0f8103b595aea19"),
    Face("ibm-plex-sans-condensed", "5.3.0", 600, "838c474e5ec4c87f9eb943d0143037d02d96a6ca3510f5202a8b687a39e174a9"),
    Face("inconsolata", "5.3.0", 700, "1ff14da468eec1acd05e688f0cee1dceb084b39dec30dca582d41bc3d9c78ca8"),
    Face("jetbrains-mono", "5.3.0", 700, "5e7319f25a5ef89d2c01c323029ef0bedefad204108e601455ff6f8ae12ca3ff"),
    Face("oswald", "5.3.0", 500, "0fd5341046b3a1514321c9274d782d111a187fb4033e15aa16319bce46a504f0"),
    Face("overpass", "5.3.0", 600, "ce83aaa0fad2e33338cc3ade89d83db905f1036a10283b99470ab7e5812e66f3"),
    Face("overpass-mono", "5.3.0", 600, "f00f8cb36763f849a4e3271920d8301a810ce1c7c5ffb7f10209c7695a2c5471"),
    Face("pathway-gothic-one", "5.3.0", 400, "d099d8804e38a05590346b7093836414bd0411ec13c4e9292ccc440022ade72d"),
    Face("quantico", "5.3.0", 700, "38e567006a654b17363e6704fc67e40ed23829cd1d6a04162bb00c1a4c3739cf"),
    Face("red-hat-mono", "5.3.0", 600, "19c5dc20d4933a99127e5a18453b0cfbee2cfe19458c9d2d103b51c8b6d78a99"),
    Face("roboto-condensed", "5.3.0", 500, "72dc40e4e919012cc501bde9a73784f2fecf23c654d620f174fd647d16fe339f"),
    Face("roboto-condensed", "5.3.0", 700, "9f8082378caff5777df6571e311e1f0789022fe1db256e166b15e80cdea11c8e"),
    Face("saira-semi-condensed", "5.3.0", 600, "2b6e5528550819b915318e7ef044ed642fe85641c08344ac0cec1f885ccdbadd"),
    Face("sarpanch", "5.0.3", 600, "52466c5f2c193ad5d67ce7282104dcb18f19d160846ff26febb1587ebe12b3fe"),
    Face("share-tech-mono", "5.3.0", 400, "e1ea9d99c09ce6e9fcc9f38e21d6dd0ef8fc27ab916a0e7b5d9fe15ac59580af"),
    Face("sofia-sans-condensed", "5.3.0", 700, "68fc0d1042d570edfcf5b066144bade3a0faa72411d8195ffe29a4cd3d5177b1"),
    Face(
        "cabin-condensed",
        "5.3.0",
        600,
        "c554265dfa11b243f6cf0d57ec15979548672a863b77539db69eab4eb4311a1c",
        held_out=True,
    ),
    Face(
        "chakra-petch", "5.3.0", 600, "8e64347841a0995e991c888d1a8618ac88b11655f48d2083bd4b6a5f958f6947", held_out=True
    ),
    Face("mohave", "4.5.11", 500, "5730a1dfeb30525bf89a91c90c5866930c8cfaf66c1fa0ab4a0290b24dec49f8", held_out=True),
    Face(
        "pragati-narrow",
        "5.3.0",
        700,
        "64b587240fd200abc0eb591f3e1d1d297caebffc87192021ea6be62ab709f422",
        held_out=True,
    ),
    Face("rajdhani", "5.3.0", 700, "e4e5272051a3882943fa3bdf5cda8eca8c1853ac66c1572eb90fda8608d9bd31", held_out=True),
    Face("barlow", "5.3.0", 600, "cb76adc8642e8980cd4bdb0e63658aa818696f3289f38400e7154ed3992bbeb6", held_out=True),
)
TRAINED = tuple(face for face in FACES if not face.held_out)
HELD_OUT = tuple(face for face in FACES if face.held_out)


def obtain(directory: Path, report: Report) -> None:
    """Make `directory` hold every face.

    Raises:
        ModelsMissing: a package could not be obtained or is not the pinned one.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for face in FACES:
        path = directory / face.member
        if path.exists():
            continue
        report(f"face {face.name} {face.weight}")
        packaged = Packaged(
            client="npm",
            package=f"@fontsource/{face.name}",
            version=face.version,
            licence="OFL-1.1",
            members={f"package/files/{face.member}": face.sha256},
        )
        path.write_bytes(files_of(packaged, directory)[face.member])


@lru_cache(maxsize=4096)
def glyph(directory: Path, face: Face, character: str) -> Mask:
    """A character as large as it is ever needed, cut to its ink."""
    font = _font(directory, face)
    left, top, right, bottom = (int(edge) for edge in font.getbbox(character))
    image = Image.new("L", (max(right - left, 1), max(bottom - top, 1)), 0)
    ImageDraw.Draw(image).text((-left, -top), character, fill=255, font=font)
    mask = np.asarray(image)
    rows, columns = np.flatnonzero(mask.max(axis=1)), np.flatnonzero(mask.max(axis=0))
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@lru_cache(maxsize=64)
def _font(directory: Path, face: Face) -> ImageFont.FreeTypeFont:
    data = (directory / face.member).read_bytes()
    trial = ImageFont.truetype(io.BytesIO(data), 100)
    _, top, _, bottom = trial.getbbox("H")
    return ImageFont.truetype(io.BytesIO(data), round(100 * DRAWN_PX / (bottom - top)))


def drawn(mask: Mask, width: int, height: int) -> Mask:
    """`mask` at another size, ink kept."""
    return np.asarray(cv2.resize(mask, (max(width, 1), max(height, 1)), interpolation=cv2.INTER_AREA), np.uint8)
