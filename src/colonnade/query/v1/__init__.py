"""The `q` language of the Search API v1, and its filters by place: texts to trees."""

from colonnade.query.v1.parser import parse_q as parse_q
