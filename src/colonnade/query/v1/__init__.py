"""The `q` language of the Search API v1, and its filters by place: texts to trees."""

from colonnade.query.v1.bounds import MOST_PLACES as MOST_PLACES
from colonnade.query.v1.bounds import Bounds as Bounds
from colonnade.query.v1.parser import parse_q as parse_q
