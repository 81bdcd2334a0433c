"""What a centre with faces refuses to start with."""

from pathlib import Path

import pytest

from adjudication.errors import Invalid
from dashboards.centre import FacedCentre
from integrations.config import Settings


def test_a_policy_for_demonstrations_decides_about_nobody_outside_of_one(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", policy="demo")
    with pytest.raises(Invalid, match=r"policy-for-demonstrations.*TARAZY_POLICY=default"):
        FacedCentre(settings, None, demonstration=False)
    assert not settings.data.exists()
