"""`tarazy demo`: the whole centre with cameras, people and registries that do not exist."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dashboards.demo.once import Result

app = typer.Typer(
    help="Start the whole centre with simulated cameras, people and registries.", invoke_without_command=True
)


@app.callback()
def demo(
    once: Annotated[bool, typer.Option("--once", help="run the script once, compare, write a pack, end")] = False,
    seed: Annotated[int, typer.Option(help="of people, vehicles and passages")] = 1,
    passages: Annotated[int, typer.Option(min=60, help="of one script")] = 200,
    folder: Annotated[Path, typer.Option(help="made anew at each start")] = Path("var/demo"),
) -> None:
    """Without --once it goes on until Ctrl-C. Nothing leaves this machine; every document is marked as a sample."""
    from adjudication.errors import TarazyError

    try:
        if once:
            raise typer.Exit(_once(seed, passages, folder))
        _live(seed, passages, folder)
    except TarazyError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error


def _once(seed: int, passages: int, folder: Path) -> int:
    import os

    import msgspec
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    from dashboards.demo.once import STEPS, run_once
    from dashboards.demo.script import write_script
    from dashboards.demo.world import world
    from integrations.config import load

    columns = ("[progress.description]{task.description}", BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    anywhere = msgspec.structs.replace(load(os.environ), door_port=0, web_port=0)
    with world(folder, seed, anywhere) as place, Progress(*columns, console=Console(stderr=True)) as progress:
        tasks = {step: progress.add_task(step, total=passages) for step in STEPS}
        script = write_script(seed, place.population, passages)
        result = run_once(place, script, folder, lambda step: progress.advance(tasks[step]))
    _tell(result)
    typer.echo(result.pack or "no act was formed, so there is no pack")
    return 0 if result.passed else 1


def _tell(result: "Result") -> None:
    """Expected against actual, by kind; then each passage that came to something else; then the judgement."""
    from collections import Counter

    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("what was scripted", "must come of it", "passages", "as scripted", "a person looks", "otherwise")
    kinds = dict.fromkeys(one.passage.kind for one in result.compared)
    for kind in kinds:
        verdicts = Counter(one.verdict for one in result.compared if one.passage.kind == kind)
        expected = ", ".join(f"{case.route} {case.part}" for case in kind.cases) or "closed"
        others = verdicts.total() - verdicts["expected"] - verdicts["reviewed"]
        counts = (verdicts.total(), verdicts["expected"], verdicts["reviewed"], others)
        table.add_row(kind.name, expected, *(str(count or "") for count in counts))
    console.print(table)
    for one in result.compared:
        if one.verdict != "expected":
            came = "; ".join(" ".join(word) for word in one.words) or "closed, or nothing yet"
            console.print(f"passage {one.passage.number} ({one.passage.kind.name}), {one.verdict}: {came}")
    for trouble in result.trouble:
        console.print(f"trouble: {trouble}")
    console.print(
        f"{len(result.compared)} passages, {result.acts} acts, {result.seconds:.0f} s; clear offences without a person:"
        f" {result.automatic:.1%} of {len(result.clear)}; {'passed' if result.passed else 'NOT passed'}"
    )


def _live(seed: int, passages: int, folder: Path) -> None:
    import os

    from dashboards.demo.live import keep_going
    from dashboards.demo.world import world
    from dashboards.stopping import told_to_stop
    from integrations.config import load

    stop = told_to_stop()
    with world(folder, seed, load(os.environ)) as place:
        typer.echo(
            f"officers  {place.faced.web.url}/officer\nowners    {place.faced.web.url}/\n"
            f"operation {place.faced.web.url}/ops\nverify    {place.faced.web.url}/verify\n"
            f"door      {place.faced.door.url}\npush your own photographs: tarazy push PHOTO…"
        )
        keep_going(place, seed, passages, stop, typer.echo)
