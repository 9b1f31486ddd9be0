"""Stand-in for dbt's cross-database macros: each renders as a call that DuckDB's grammar accepts."""


def date_trunc(part: str, value: str) -> str:
    """``date_trunc('month', x)``."""
    return f"date_trunc('{part}', {value})"


def dateadd(part: str, interval: object, value: str) -> str:
    """``x + interval``, as a call."""
    return f"date_add({value}, to_{part}s({interval}))"


def datediff(first: str, second: str, part: str) -> str:
    """``date_diff('month', a, b)``."""
    return f"date_diff('{part}', {first}, {second})"


def last_day(value: str, part: str) -> str:
    """``last_day(x)``."""
    return f"last_day({value})"


def type_string() -> str:
    """``varchar``."""
    return "varchar"


def split_part(value: str, delimiter: str, position: object) -> str:
    """``split_part(x, ',', 1)``."""
    return f"split_part({value}, {delimiter}, {position})"
