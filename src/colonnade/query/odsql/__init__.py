"""ODSQL, the query language of Explore 2.1: text to tree, one function a clause."""

from colonnade.query.odsql.parser import parse_group_by, parse_order_by, parse_select, parse_where

__all__ = ["parse_group_by", "parse_order_by", "parse_select", "parse_where"]
