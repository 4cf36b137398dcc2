"""Answers that come as streams: of queries, of documents by prefix, and as bytes."""

import io
import json

import pytest
from ravendb import AbstractIndexCreationTask

from cluster import PATIENCE
from model import User, names


class UsersByCity(AbstractIndexCreationTask):
    def __init__(self):
        super().__init__()
        self.map = "from u in docs.Users select new { u.city, u.age }"


@pytest.fixture(scope="module", autouse=True)
def users(store):
    with store.bulk_insert() as bulk:
        for i in range(500):
            bulk.store_as(User(f"Name {i}", i, "Rome" if i % 2 else "Oslo"), f"users/{i:03}")
    UsersByCity().execute(store)
    with store.open_session() as session:
        session.query_index_type(UsersByCity, User).wait_for_non_stale_results(PATIENCE).first()


def streamed(session, query):
    return [result.document for result in session.advanced.stream(query)]


def test_of_a_collection(session):
    assert len(streamed(session, session.query(object_type=User))) == 500


def test_of_an_index(session):
    rome = session.query_index_type(UsersByCity, User).where_equals("city", "Rome").order_by("age")
    assert len(streamed(session, rome)) == 250


def test_of_a_query_text(session):
    raw = session.advanced.raw_query("from index 'UsersByCity' where age < $age", User).add_parameter("age", 3)
    assert sorted(names(streamed(session, raw))) == ["Name 0", "Name 1", "Name 2"]


def test_with_statistics(session):
    seen = []
    oslo = session.query_index_type(UsersByCity, User).where_equals("city", "Oslo")
    results = list(session.advanced.stream_with_statistics(oslo, seen.append))
    assert (len(results), seen[0].total_results, seen[0].index_name) == (250, 250, "UsersByCity")


def test_of_documents_by_prefix(session):
    results = session.advanced.stream_starting_with("users/", "1*", start_after="users/196", object_type=User)
    assert [(result.key, result.document.age) for result in results] == [
        ("users/197", 197),
        ("users/198", 198),
        ("users/199", 199),
    ]


def test_as_bytes(session):
    output = io.BytesIO()
    session.advanced.load_starting_with_into_stream("users/00", output, page_size=3)
    assert [user["name"] for user in json.loads(output.getvalue())["Results"]] == ["Name 0", "Name 1", "Name 2"]
    output = io.BytesIO()
    session.advanced.load_into_stream(["users/007", "users/nobody"], output)
    assert [user["name"] for user in json.loads(output.getvalue())["Results"] if user] == ["Name 7"]
    output = io.BytesIO()
    session.advanced.raw_query("from Users where id() = 'users/009'", User).to_stream(output)
    assert "Name 9" in output.getvalue().decode()
