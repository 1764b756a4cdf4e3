"""The Lucene language that newsrooms were taught: texts to trees.

`parse` reads a text once, `check` refuses values that no dataset could have, and `condition` says what it asks of one
dataset.
"""

from colonnade.query.lucene.meaning import Target as Target
from colonnade.query.lucene.meaning import check as check
from colonnade.query.lucene.meaning import condition as condition
from colonnade.query.lucene.meaning import system as system
from colonnade.query.lucene.moments import moment as moment
from colonnade.query.lucene.ordering import order as order
from colonnade.query.lucene.parser import parse as parse
from colonnade.query.lucene.syntax import Node as Node
from colonnade.query.lucene.syntax import fields as fields
