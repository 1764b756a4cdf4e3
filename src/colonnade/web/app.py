"""All pages as one router, for the application at the root of the site."""

from fastapi import APIRouter

from colonnade.web import assets, catalogue, dataset, feedback, feeds, pictures, robots

router = APIRouter()
for part in (assets, robots, feeds, catalogue, dataset, feedback, pictures):
    router.include_router(part.router)
