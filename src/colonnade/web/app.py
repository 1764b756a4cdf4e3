"""All pages as one router, for the application at the root of the site."""

from fastapi import APIRouter, Depends

from colonnade.web import (
    account,
    assets,
    catalogue,
    dataset,
    feedback,
    feeds,
    nodes,
    pictures,
    robots,
    sessions,
    signing,
)

router = APIRouter()
for part in (assets, robots, feeds):
    router.include_router(part.router)
for part in (catalogue, dataset, nodes, feedback, pictures, signing, account):
    router.include_router(part.router, dependencies=[Depends(sessions.recognised)])
