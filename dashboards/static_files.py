"""What pages load beside their HTML: our style sheet and script, and the document face out of its package."""

from pathlib import Path

import font_source_sans_pro
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
FONTS = Path(font_source_sans_pro.font_files_ttf["SourceSansPro"]).parent


class Fonts(StaticFiles):
    """Fonts do not change within a release: a browser keeps them for a day."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The font, to be kept."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response
