"""Pages as HTML: templates filled in the reader's language. Nothing here knows what a page is about."""

from functools import partial
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adjudication.lawbook import Language
from adjudication.reasons import text_of
from adjudication.units import hundredths
from dashboards.auth import LANGUAGE, PERMISSIONS, Gate
from dashboards.languages import LANGUAGES, NAMES, language_of, say
from dashboards.render import wording
from integrations.casebook.history import goes_on_in, held_in, told_in

FOLDER = Path(__file__).parent / "templates"


class Sheets:
    """Fills templates. `demonstration` puts a ribbon on each page."""

    def __init__(self, gate: Gate, *, demonstration: bool) -> None:
        self._gate = gate
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        self._environment.globals.update(
            demonstration=demonstration,
            languages=LANGUAGES,
            language_names=NAMES,
            permissions=PERMISSIONS,
            reason_text=text_of,
        )
        self._environment.filters.update(
            money=wording.money,
            day=wording.day,
            instant=wording.instant,
            speed=wording.speed,
            metres=wording.metres,
            bp=percent,
            told=told_in,
            held=held_in,
            goes_on=goes_on_in,
        )

    def show(self, request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
        """The page, with the token of its forms and the cookies it needs."""
        language = self.language(request)
        token = self._gate.token_for(request)
        known: dict[str, object] = {
            "t": partial(say, language),
            "ago": partial(ago, language),
            "language": language,
            "user": self._gate.user(request),
            "token": token,
            "path": request.url.path,
        }
        response = HTMLResponse(self._environment.get_template(template).render(known | values), status)
        self._gate.form_token(request, response)
        if request.query_params.get("lang") == language:
            self._gate.keep_language(response, language)
        return response

    def language(self, request: Request) -> Language:
        """The reader's language."""
        return language_of(
            request.query_params.get("lang"), request.cookies.get(LANGUAGE), request.headers.get("accept-language")
        )


def ago(language: Language, seconds: float) -> str:
    """A stretch of time in its largest unit, as `42 s`, `7 min`, `3 h`, `2 d`, in the language's words."""
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if abs(seconds) >= size:
            return say(language, f"unit.{unit}", n=f"{abs(seconds) / size:.0f}")
    return say(language, "unit.seconds", n=f"{abs(seconds):.0f}")


def percent(confidence_bp: int) -> str:
    """Basis points as a percentage, none of them left out: `99 %`, `99.5 %`, `99.92 %`."""
    return f"{hundredths(confidence_bp)} %"
