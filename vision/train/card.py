"""The model card: what the weights are, how they were made, and how they do on plates that nothing was fitted to."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from adjudication.units import Bp
from vision.agreement import Agreement
from vision.curve import BP
from vision.evaluate.calibration import BINS, ece
from vision.evaluate.intervals import wilson
from vision.first import Confidence, claimed_bp
from vision.train import mix
from vision.train.faces import HELD_OUT, TRAINED
from vision.train.judge import CALIBRATION, JUDGEMENT, STRANGE, Verdict, exact
from vision.train.pairs import Pair
from vision.train.plan import PLAN

FILE = "README.md"
BOUNDS_BP = (9_999, 9_990, 9_950, 9_900)
"""Calibrated confidence of the first reader from which on its reads count as accepted, alone and with the second."""
LIMITS = """## Limits

No photograph of a Kazakhstan plate was to be had, and no stamped typeface: every figure here is of drawn plates in
stand-in faces, and says how the reader does on what its makers could imagine. Measure on an operator's own labelled
pictures (`tarazy vision evaluate`) before any act rests on it. Plates of police, the military and diplomats are drawn
from memory of their layout. Foreign plates are drawn roughly: they are read to be referred.

The reader counts in integers, with weights of 7 bits, and was judged on a CPU with VNNI. Where another processor or a
GPU gives other answers, the eyes refuse to open (`known.npz`, `vision/known.py`); its speed there was not measured.

What glare burns out counts as hidden, as the limits say.
"""
ROLES = {
    "plate-reader.onnx": "characters, format, country of a plate, and what is hidden",
    "plate-corners.onnx": "a plate's corners in its box",
}
POLICY_BP = 9_992
"""As `plate_confidence_bp` of the shipped policies, which a test holds to this."""
TOGETHER_BP = (9_999, POLICY_BP, 9_990, 9_980, 9_950, 9_900)
"""What both readers together may have to claim."""
SUREST = 0.84
"""Share of all plates, the illegible too, that is to be accepted with hardly an error: 63,000 of 75,000."""
HEIGHTS_PX = (0, 9, 12, 16, 24, 999)
"""Bands of a letter's height."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a card rests on. `judged` and `strange` are the first reader's; both readers were asked about the plates in
    `sampled`, and about all that the first read wrongly, which are among `asked`."""

    steps: int
    calibration: Confidence
    judged: Sequence[Verdict]
    strange: Sequence[Verdict]
    sampled: Sequence[Pair]
    asked: Sequence[Pair]
    agreement: Agreement


def card(weights: Path, evidence: Evidence) -> str:
    """The card's text in Markdown."""
    parts = (
        _about(weights, evidence.calibration, evidence.steps),
        _figures(evidence.calibration, evidence.judged, evidence.strange),
        _second(len(evidence.judged), evidence.sampled, evidence.asked, evidence.agreement),
        _limits(),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def digests(weights: Path) -> dict[str, str]:
    """SHA-256 of each network in a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(weights.glob("*.onnx"))}


def _about(weights: Path, calibration: Confidence, steps: int) -> Iterator[str]:
    yield "# The plate reader's weights\n"
    yield "Made by `make train` (`vision/train/README.md`) of drawn plates only. Licence: AGPL-3.0-or-later, as all of"
    yield "Tarazy. This card is written by the same command; figures are not edited by hand.\n"
    yield "| file | what it does | SHA-256 |"
    yield "|---|---|---|"
    for name, digest in digests(weights).items():
        yield f"| `{name}` | {ROLES.get(name, '')} | `{digest}` |"
    yield ""
    seeds = ", ".join(str(stage.seed) for stage in PLAN.stages)
    yield f"- Training: seeds {seeds}, {steps} steps of {PLAN.size} plates in all, AdamW, {len(TRAINED)} typefaces."
    yield f"- Calibration: `confidence.json`, {calibration.fitted_on}."
    yield f"- Judged on seeds {JUDGEMENT} and {STRANGE}, calibrated on {CALIBRATION}; trained on none of them."
    yield "- Mixes of formats and conditions, what counts as legible: `vision/train/mix.py`, fixed before training.\n"


def _figures(calibration: Confidence, judged: Sequence[Verdict], strange: Sequence[Verdict]) -> Iterator[str]:
    sure = [claimed_bp(verdict.nats, calibration) for verdict in judged]
    legible = [verdict for verdict in judged if verdict.legible]
    error = ece([bp / BP for bp in sure], [verdict.right for verdict in judged])
    yield "## Figures\n"
    yield f"{len(judged):,} plates of Kazakhstan drawn for the road's mix, {len(legible):,} of them legible.\n"
    yield "| what | figure |"
    yield "|---|---|"
    yield f"| legible plates read to the letter | {_share(legible)} |"
    yield f"| of one line | {_share([v for v in legible if v.rows == 1])} |"
    yield f"| of two lines | {_share([v for v in legible if v.rows == 2])} |"
    yield f"| all plates, the illegible too | {_share(judged)} |"
    for bound in BOUNDS_BP:
        accepted = [verdict for verdict, bp in zip(judged, sure, strict=True) if bp >= bound]
        wrong = sum(not verdict.right for verdict in accepted)
        share = len(accepted) / len(judged)
        yield f"| accepted by the first alone at {bound / BP:.2%} | {len(accepted):,}, {share:.1%}; {wrong} wrong |"
    surest = sorted(judged, key=lambda verdict: -verdict.nats)[: round(SUREST * len(judged))]
    wrong = sum(not verdict.right for verdict in surest)
    yield f"| wrong among the surest {len(surest):,}, {SUREST:.0%} | {wrong} |"
    yield f"| expected calibration error, {BINS} bins of equal mass | {error:.4f} |"
    unmet = [verdict for verdict in strange if verdict.legible]
    yield f"| {len(HELD_OUT)} faces and 4 conditions never trained on, legible | {_share(unmet)} |"
    yield "\nBy format (legible plates)\n"
    yield from _table(legible, "format", lambda verdict: verdict.format_id + ("/2" if verdict.rows == 2 else ""))
    yield "\nBy condition (legible plates; one plate may be in several)\n"
    kinds = sorted({kind for verdict in legible for kind in verdict.kinds.split()})
    groups = {kind: [verdict for verdict in legible if kind in verdict.kinds.split()] for kind in kinds}
    yield from _rows("condition", {"none of these": [v for v in legible if not v.kinds], **groups})
    yield "\nBy height of a letter in the picture (all plates)\n"
    yield from _table(judged, "height", _height)
    yield "\nFaces and conditions never trained on (legible plates)\n"
    odd = sorted({kind for verdict in unmet for kind in verdict.kinds.split()} - set(kinds))
    groups = {kind: [verdict for verdict in unmet if kind in verdict.kinds.split()] for kind in odd}
    yield from _rows(
        "condition", {"none of these four": [v for v in unmet if not set(v.kinds.split()) & set(odd)], **groups}
    )
    yield ""


def _second(judged: int, sampled: Sequence[Pair], asked: Sequence[Pair], both: Agreement) -> Iterator[str]:
    wrong = [pair for pair in asked if pair.first and pair.first != pair.text]
    right = [pair for pair in sampled if pair.first == pair.text]
    seconds = sum(pair.second == pair.text for pair in sampled)
    yield "## With the second reader\n"
    alone = seconds / max(len(sampled), 1)
    yield "PP-OCRv6 read the same boxes, blind. A wrong read passes it only if it reads the same wrong text."
    yield f"It was shown all {len(wrong):,} plates that the first reader read wrongly, and {len(sampled):,} of all."
    yield f"Of those it reads {alone:.2%} to the letter by itself.\n"
    yield "| first reader's confidence | wrong reads | the second reads the same | right reads the second confirms |"
    yield "|---|---|---|---|"
    for bound in (*BOUNDS_BP, 0):
        passed = [pair for pair in wrong if pair.first_bp >= bound]
        through = sum(pair.agree for pair in passed)
        sure = [pair for pair in right if pair.first_bp >= bound]
        confirmed = sum(pair.agree for pair in sure) / max(len(sure), 1)
        yield f"| {bound / BP:.2%} or more | {len(passed)} | {through} | {confirmed:.2%} of {len(sure):,} sampled |"
    yield f"\nWhere both read the same, what they claim together is calibrated on {both.fitted_on}."
    yield f"Policy asks for {POLICY_BP / BP:.2%}.\n"
    yield f"| together claiming | accepted of {judged:,} | wrong among them |"
    yield "|---|---|---|"
    for bound in TOGETHER_BP:
        through = sum(_claims(pair, both, bound) for pair in wrong)
        share = sum(_claims(pair, both, bound) for pair in right) / max(len(sampled), 1)
        yield f"| {bound / BP:.2%} or more | {round(share * judged) + through:,}, {share:.1%} | {through} |"
    same = [pair for pair in wrong if pair.agree]
    yield "\nWrong in both, the surest first: " + "; ".join(
        f"{pair.text} read {pair.first} ({pair.first_bp / BP:.2%})"
        for pair in sorted(same, key=lambda pair: -pair.first_bp)[:12]
    )
    yield ""


def _claims(pair: Pair, both: Agreement, bound: Bp) -> bool:
    return pair.agree and both.confidence_bp(pair.first_bp) >= bound


def _limits() -> Iterator[str]:
    yield LIMITS
    yield f"Legible: letters {mix.LEAST_CAP_PX:g} pixels high with {mix.LEAST_ADVANCE_PX:g} along the line, blur of"
    yield f"{mix.MOST_BLUR:g} of their height at most, {mix.LEAST_CONTRAST:g} grey levels of contrast and"
    yield f"{mix.LEAST_CONTRAST_TO_NOISE:g} times the noise, no character hidden by more than {mix.MOST_COVERED:.0%}."


def _share(verdicts: Sequence[Verdict]) -> str:
    bounds = wilson(sum(verdict.right for verdict in verdicts), len(verdicts))
    return f"{exact(verdicts):.2%} of {len(verdicts):,} ({bounds.low:.2%}–{bounds.high:.2%})"


def _table(verdicts: Sequence[Verdict], name: str, key: Callable[[Verdict], str]) -> Iterator[str]:
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(key(verdict), []).append(verdict)
    yield from _rows(name, dict(sorted(groups.items())))


def _rows(name: str, groups: dict[str, list[Verdict]]) -> Iterator[str]:
    yield f"| {name} | read to the letter |"
    yield "|---|---|"
    yield from (f"| {group} | {_share(verdicts)} |" for group, verdicts in groups.items() if verdicts)


def _height(verdict: Verdict) -> str:
    high = next(edge for edge in HEIGHTS_PX if verdict.cap_px < edge)
    low = HEIGHTS_PX[HEIGHTS_PX.index(high) - 1]
    return f"{low:02d}–{high} px" if high < HEIGHTS_PX[-1] else f"{low:02d} px and more"
