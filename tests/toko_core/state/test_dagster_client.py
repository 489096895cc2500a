"""The bot's queries are those of Dagster's own schema."""

from dagster_graphql.schema import create_schema
from graphql import parse, validate

from toko_core.state import dagster_client as client

QUERIES = ("FIND_JOB", "LAUNCH", "FOLLOW", "WHY", "TAGGED", "RECENT", "LAST", "CHECKS")


def test_dagster_understands_every_query() -> None:
    schema = create_schema().graphql_schema
    assert [error for name in QUERIES for error in validate(schema, parse(getattr(client, name)))] == []
