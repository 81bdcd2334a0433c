"""Training: both networks side by side on one stream of drawn plates; it can be stopped at any step, and goes on."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from adjudication.errors import Invalid
from vision.train.batches import Batch, batches
from vision.train.network import CLASSES, COLUMNS, Corners, Reader, evened
from vision.train.plan import PLAN, Plan

Report = Callable[[str], None]
Losses = dict[str, float]


KIND_WEIGHT = 0.15
"""Of the loss of format and of country beside that of the text: they are easy and would else drown it."""
CORNER_SCALE = 20.0
"""Smooth L1 becomes straight at 1/20 of the crop: most corners are nearer than that after the first minute."""
SAVE_EVERY, REPORT_EVERY = 250, 50
WORKERS = 2


class _Stream(IterableDataset[Batch]):  # type: ignore[misc]
    """Batches from `first` on, dealt out to the loader's workers in turn."""

    def __init__(self, plan: Plan, first: int, faces: Path) -> None:
        super().__init__()
        self._plan, self._first, self._faces = plan, first, faces

    def __iter__(self) -> Iterator[Batch]:
        info = torch.utils.data.get_worker_info()
        number, count = (info.id, info.num_workers) if info is not None else (0, 1)
        return batches(self._plan, self._first + number, count, self._faces)


@dataclass(slots=True)
class Training:
    """Both networks, their running averages (which are what is used), the optimiser and the next step."""

    reader: nn.Module
    corners: nn.Module
    reader_average: nn.Module
    corners_average: nn.Module
    optimiser: torch.optim.Optimizer
    step: int

    def state(self) -> dict[str, Any]:
        """Everything that is needed to go on."""
        return {
            "reader": self.reader.state_dict(),
            "corners": self.corners.state_dict(),
            "reader_average": self.reader_average.state_dict(),
            "corners_average": self.corners_average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "plan": repr(PLAN),
        }


def opened(folder: Path) -> Training:
    """The training as it was last saved in `folder`, or a new one.

    Raises:
        Invalid: `training-of-another-plan`, steps of that one mean something else here.
    """
    torch.manual_seed(PLAN.stages[0].seed)
    models = [model.to(memory_format=torch.channels_last) for model in (Reader(), Corners(), Reader(), Corners())]
    reader, corners, reader_average, corners_average = models
    parameters = [*reader.parameters(), *corners.parameters()]
    training = Training(
        reader,
        corners,
        reader_average,
        corners_average,
        torch.optim.AdamW(parameters, lr=PLAN.stages[0].peak, weight_decay=0.02),
        0,
    )
    saved = folder / "state.pt"
    if saved.exists():
        state = torch.load(saved, weights_only=True)
        if state.get("plan") != repr(PLAN):
            raise Invalid("training-of-another-plan", f"{saved}: begin in another --folder, or move this one away")
        for name in ("reader", "corners", "reader_average", "corners_average", "optimiser"):
            getattr(training, name).load_state_dict(state[name])
        training.step = state["step"]
    else:
        reader_average.load_state_dict(reader.state_dict())
        corners_average.load_state_dict(corners.state_dict())
    return training


def fit(folder: Path, faces: Path, *, minutes: float, threads: int, report: Report) -> Training:
    """Train until the plan is done or `minutes` are up; what was reached is in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(threads)
    training = opened(folder)
    loader = DataLoader(
        _Stream(PLAN, training.step, faces), batch_size=None, num_workers=WORKERS, prefetch_factor=4, pin_memory=False
    )
    begun, first = time.monotonic(), training.step
    losses: list[Losses] = []
    for each in loader:
        if training.step >= PLAN.steps or time.monotonic() - begun > minutes * 60:
            break
        losses.append(_step(training, each))
        training.step += 1
        if training.step % REPORT_EVERY == 0:
            told = " ".join(f"{name} {sum(one[name] for one in losses) / len(losses):.4f}" for name in losses[0])
            losses.clear()
            pace = (training.step - first) * PLAN.size / (time.monotonic() - begun)
            report(f"{training.step}/{PLAN.steps}: {told}, {pace:.0f}/s")
        if training.step % SAVE_EVERY == 0:
            save(training, folder)
    save(training, folder)
    return training


def save(training: Training, folder: Path) -> None:
    """Keep all that is needed to go on in `folder`, with the number of steps done beside it."""
    partial = folder / "state.partial"
    torch.save(training.state(), partial)
    partial.replace(folder / "state.pt")
    (folder / "steps").write_text(str(training.step))


def _step(training: Training, each: Batch) -> Losses:
    """One step of what the stage trains; returns its losses."""
    stage, within = PLAN.at(training.step)
    for group in training.optimiser.param_groups:
        group["lr"] = rate(training.step)
    losses, total = _veil_loss(training, each) if stage.veil else _reading_losses(training, each)
    training.optimiser.zero_grad(set_to_none=True)
    total.backward()
    nn.utils.clip_grad_norm_([*training.reader.parameters(), *training.corners.parameters()], 5.0)
    training.optimiser.step()
    if stage.veil:
        _average(training.reader_average.veil, training.reader.veil, within)
    else:
        _average(training.reader_average, training.reader, training.step)
        _average(training.corners_average, training.corners, training.step)
    return losses


def _reading_losses(training: Training, each: Batch) -> tuple[Losses, Tensor]:
    """Of text, kind and corners, and what is to become less."""
    training.reader.train()
    training.corners.train()
    with torch.autocast("cpu", torch.bfloat16):
        rows, formats, countries, _ = training.reader(torch.from_numpy(each.plates))
        corners = training.corners(torch.from_numpy(each.boxes))
    text = text_loss(rows.float(), torch.from_numpy(each.texts))
    kind = nn.functional.cross_entropy(formats.float(), torch.from_numpy(each.formats)) + nn.functional.cross_entropy(
        countries.float(), torch.from_numpy(each.countries)
    )
    true = torch.from_numpy(each.corners)
    corner = nn.functional.smooth_l1_loss(corners.float(), true, beta=1 / CORNER_SCALE)
    off = (corners.detach().float() - true).abs().mean()
    losses = {"text": float(text.detach()), "kind": float(kind.detach()), "corners": float(off)}
    return losses, text + KIND_WEIGHT * kind + CORNER_SCALE * corner


def _veil_loss(training: Training, each: Batch) -> tuple[Losses, Tensor]:
    """Of what is hidden where, on the early features as they will be used."""
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        early = training.reader_average.eval().early(evened(torch.from_numpy(each.plates)))
    with torch.autocast("cpu", torch.bfloat16):
        veils = training.reader.veil.train()(early)
    loss = nn.functional.binary_cross_entropy_with_logits(veils.float(), torch.from_numpy(each.veils))
    return {"veil": float(loss.detach())}, loss


def text_loss(rows: Tensor, texts: Tensor) -> Tensor:
    """CTC of row logits [N, 2, T, 37] and what stands on each row, [N, 2, 12] with −1 after its end, a plate."""
    count = rows.shape[0]
    log = rows.reshape(2 * count, COLUMNS, CLASSES).transpose(0, 1).log_softmax(-1)
    flat = texts.reshape(2 * count, -1)
    lengths = (flat >= 0).sum(dim=1)
    each = nn.functional.ctc_loss(
        log,
        flat.clamp(min=0),
        torch.full((2 * count,), COLUMNS),
        lengths,
        blank=CLASSES - 1,
        reduction="none",
        zero_infinity=True,
    )
    return each.sum() / count


def rate(step: int) -> float:
    """The learning rate: up in a line, then down along a cosine to nothing."""
    stage, within = PLAN.at(step)
    if within < PLAN.warm:
        return stage.peak * (within + 1) / PLAN.warm
    share = min((within - PLAN.warm) / max(stage.steps - PLAN.warm, 1), 1.0)
    return stage.peak * 0.5 * (1 + float(torch.cos(torch.tensor(share * torch.pi)))) + 1e-6


@torch.no_grad()  # type: ignore[untyped-decorator]
def _average(average: nn.Module, model: nn.Module, step: int) -> None:
    """The running average of weights; it forgets faster at first, when they are still far off."""
    keep = min(PLAN.average, (step + 1) / (step + 10))
    for mine, theirs in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
        if mine.dtype.is_floating_point:
            mine.lerp_(theirs, 1 - keep)
        else:
            mine.copy_(theirs)
