"""How a database's address becomes an engine: an operator's word in it counts."""

import pytest

from domain.store.unit_of_work import connect


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("postgresql://campusg@db/campusg", "500"),
        ("postgresql://campusg@db/campusg?sslmode=require", "500"),
        ("postgresql://campusg@db/campusg?prepared_statement_cache_size=0", "0"),
    ],
)
def test_an_operator_whose_proxy_keeps_no_statements_says_so_in_the_address(address: str, kept: str) -> None:
    query = connect(address).url.query
    assert query["prepared_statement_cache_size"] == kept
    assert ("ssl" in query) == ("sslmode" in address)
