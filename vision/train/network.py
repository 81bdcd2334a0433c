"""The two small networks: one finds a plate's corners in its box, one reads its characters. Only training needs torch.

The reader is a fully convolutional network with two readers of rows on top (connectionist temporal classification,
Graves et al. 2006): a plate of one line is a plate of two whose lower line is empty. It sees characters by their
shape and surroundings, a few at a time: which texts are plates it is not taught, that is the grammar's work.
"""

import torch
from torch import Tensor, nn

from vision.corners import INPUT as CORNER_INPUT
from vision.frontal import HEIGHT, WIDTH
from vision.train.designs import COUNTRIES, FORMATS

CLASSES = 37
COLUMNS = WIDTH // 4
WIDTHS = (32, 64, 72, 104, 136)
"""Channels from the first layer to the last. Half a million weights."""


def _layer(inputs: int, outputs: int, stride: int | tuple[int, int] = 1) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class _Along(nn.Module):  # type: ignore[misc]
    """Looks along the line: a wide depthwise convolution and a mixing one, added to what came in."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.wide = nn.Conv2d(channels, channels, (3, 9), padding=(1, 4), groups=channels, bias=False)
        self.mix = nn.Conv2d(channels, channels, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.norm(self.mix(self.wide(x))))


def evened(pictures: Tensor) -> Tensor:
    """[N, 3, h, w] of mean 0 and deviation 1 each, from uint8 [N, h, w, 3] BGR: darkness and haze are taken away."""
    x = pictures.permute(0, 3, 1, 2).float()
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    deviation = (x - mean).square().mean(dim=(1, 2, 3), keepdim=True).sqrt()
    return (x - mean) / (deviation + 4.0)


class Veil(nn.Module):  # type: ignore[misc]
    """The reader's early features [N, 72, 16, 48] → logits [N, 4, 48] of how much of the ink in each place is hidden.

    Early, for what reads characters forgets what lies on them.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.places = nn.Sequential(
            _layer(channels, 32, (2, 1)), _layer(32, 32, (2, 1)), _Along(32), nn.Conv2d(32, 1, 1)
        )

    def forward(self, early: Tensor) -> Tensor:
        return self.places(early)[:, 0]


class Reader(nn.Module):  # type: ignore[misc]
    """uint8 [N, 64, 192, 3] → row logits [N, 2, 48, 37], format logits [N, 12], country logits [N, 10], and logits
    [N, 4, 48] of how much is hidden in each place."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d, e = WIDTHS
        self.early = nn.Sequential(_layer(3, a, 2), _layer(a, b, 2), _layer(b, c))
        self.body = nn.Sequential(
            nn.MaxPool2d((2, 1)),
            _layer(c, d),
            _layer(d, d),
            nn.MaxPool2d((2, 1)),
            _layer(d, e),
            _Along(e),
            _Along(e),
        )
        self.rows = nn.Conv2d(e, 2 * CLASSES, (HEIGHT // 16, 3), padding=(0, 1))
        self.veil = Veil(c)
        self.kind = nn.Sequential(nn.Linear(4 * e, 96), nn.ReLU(inplace=True))
        self.format = nn.Linear(96, len(FORMATS))
        self.country = nn.Linear(96, len(COUNTRIES))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        early = self.early(evened(pictures))
        features = self.body(early)
        rows = self.rows(features).reshape(-1, 2, CLASSES, COLUMNS).transpose(2, 3)
        # Means of the left and the right half and of all: strips stand at the left, regions at the right.
        left, right = features.chunk(2, dim=3)
        upper, lower = features.chunk(2, dim=2)
        pooled = torch.cat([part.mean(dim=(2, 3)) for part in (left, right, upper, lower)], dim=1)
        kind = self.kind(pooled)
        return rows, self.format(kind), self.country(kind), self.veil(early)


class Corners(nn.Module):  # type: ignore[misc]
    """uint8 [N, 64, 128, 3] → [N, 8]: x and y of the four corners, 0 to 1 across the crop."""

    def __init__(self) -> None:
        super().__init__()
        width, height = CORNER_INPUT
        self.body = nn.Sequential(
            _layer(3, 16, 2), _layer(16, 32, 2), _layer(32, 48, 2), _layer(48, 64), _layer(64, 96, 2), _layer(96, 96)
        )
        self.head = nn.Sequential(
            nn.Flatten(), nn.Linear(96 * (width // 16) * (height // 16), 128), nn.ReLU(inplace=True), nn.Linear(128, 8)
        )

    def forward(self, pictures: Tensor) -> Tensor:
        return self.head(self.body(evened(pictures))) + 0.5
