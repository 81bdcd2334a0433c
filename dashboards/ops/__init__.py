"""Ops."""

from fastapi import APIRouter

from dashboards.auth import Gate
from dashboards.faces import Faces
from dashboards.sheets import Sheets


def ops_pages(faces: Faces, gate: Gate, sheets: Sheets) -> APIRouter:
    return APIRouter()
