"""Names of the columns of a table that is kept as it was sent: those that MySQL would take, as DKAN 7 makes them of a header."""

import re
from collections.abc import Sequence

from colonnade.formats.free_names import free_names
from colonnade.query.schema import SYSTEM_COLUMNS

ENTRY_ID = "entry_id"
"""The number of a row in its file, from 1: a column that every such table is shown with."""
MAX_CHARACTERS = 64
_DROPPED = re.compile(r"[^A-Za-z0-9_ ]")
_NUMBER = re.compile(r"[0-9]+")
_RESERVED_TEXT = """
    accessible add all alter analyze and as asc asensitive before between bigint binary blob both by call cascade case change
    char character check collate column condition constraint continue convert create cross current_date current_time
    current_timestamp current_user cursor database databases day_hour day_microsecond day_minute day_second dec decimal
    declare default delayed delete desc describe deterministic distinct distinctrow div double drop dual each else elseif
    enclosed escaped exists exit explain false fetch float float4 float8 for force foreign from fulltext generated get grant
    group having high_priority hour_microsecond hour_minute hour_second if ignore in index infile inner inout insensitive
    insert int int1 int2 int3 int4 int8 integer interval into io_after_gtids io_before_gtids is iterate join key keys kill
    leading leave left like limit linear lines load localtime localtimestamp lock long longblob longtext loop low_priority
    master_bind master_ssl_verify_server_cert match maxvalue mediumblob mediumint mediumtext middleint minute_microsecond
    minute_second mod modifies natural no_write_to_binlog not null numeric on optimize optimizer_costs option optionally or
    order out outer outfile partition precision primary procedure purge range read read_write reads real references regexp
    release rename repeat replace require resignal restrict return revoke right rlike schema schemas second_microsecond select
    sensitive separator set show signal smallint spatial specific sql sql_big_result sql_calc_found_rows sql_small_result
    sqlexception sqlstate sqlwarning ssl starting stored straight_join table terminated then tinyblob tinyint tinytext to
    trailing trigger true undo union unique unlock unsigned update usage use using utc_date utc_time utc_timestamp values
    varbinary varchar varcharacter varying virtual when where while with write xor year_month zerofill
"""
_RESERVED = frozenset(_RESERVED_TEXT.split())
"""Of MySQL 5.7."""


def column_names(labels: Sequence[str]) -> tuple[str, ...]:
    """One name a label, in order, all different. Where a label leaves nothing of a name, or that of another, a number
    tells."""
    return free_names(labels, column_name)


def column_name(label: str) -> str:
    """The name that a label alone has; empty where nothing of it can be in a name."""
    name = _DROPPED.sub("", label).strip().lower().replace(" ", "_")[:MAX_CHARACTERS]
    if _NUMBER.fullmatch(name):
        return f"__num_{name}"
    is_taken = name in _RESERVED or name in SYSTEM_COLUMNS or name == ENTRY_ID
    return f"{name}_" if is_taken else name
