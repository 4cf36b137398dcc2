"""Queries of collections, which are answered by auto indexes: conditions, orders, projections, groups, includes."""

from datetime import datetime

import pytest
from ravendb import (
    GroupByField,
    OrderingType,
    PointField,
    PutCompareExchangeValueOperation,
    QueryData,
    RavenDocumentQuery,
    SearchOperator,
)
from ravendb.documents.queries.query import QueryOperator

from cluster import PATIENCE
from model import User, names, store_users

ANN, BOB, CID, DAN = "Ann Lee", "Bob", "Cid O'Neil", "Dän"


@pytest.fixture(scope="module", autouse=True)
def users(store):
    store_users(store)


@pytest.fixture
def query(session):
    """A query of all users."""
    return session.query(object_type=User).wait_for_non_stale_results(PATIENCE)


CONDITIONS = {
    "all": (lambda q: q, [ANN, BOB, CID, DAN]),
    "equals, whatever the case": (lambda q: q.where_equals("city", "rome"), [ANN, CID]),
    "exactly, of another case": (lambda q: q.where_equals("city", "rome", exact=True), []),
    "exactly": (lambda q: q.where_equals("city", "Rome", exact=True), [ANN, CID]),
    "not equals": (lambda q: q.where_not_equals("city", "Rome"), [BOB, DAN]),
    "null": (lambda q: q.where_equals("city", None), [DAN]),
    "not null": (lambda q: q.where_not_none("city"), [ANN, BOB, CID]),
    "a truth value": (lambda q: q.where_equals("is_active", True), [ANN]),
    "keywords": (lambda q: q.where(city="Rome", age=17), [ANN, CID]),
    "in numbers": (lambda q: q.where_in("age", [17, 41, 99]), [BOB, CID]),
    "in texts": (lambda q: q.where_in("name", ["bob", "ANN LEE"]), [ANN, BOB]),
    "in nothing": (lambda q: q.where_in("name", []), []),
    "starts with": (lambda q: q.where_starts_with("name", "a"), [ANN]),
    "ends with": (lambda q: q.where_ends_with("name", "L"), [CID]),
    "between": (lambda q: q.where_between("age", 17, 30), [ANN, CID, DAN]),
    "until a date": (lambda q: q.where_between("born", None, datetime(1985, 1, 1)), [BOB]),
    "from a number": (lambda q: q.where_between("age", 30, None), [ANN, BOB, DAN]),
    "greater": (lambda q: q.where_greater_than("age", 30), [BOB]),
    "greater or equal": (lambda q: q.where_greater_than_or_equal("age", 30), [ANN, BOB, DAN]),
    "less": (lambda q: q.where_less_than("age", 30), [CID]),
    "less or equal": (lambda q: q.where_less_than_or_equal("age", 30), [ANN, CID, DAN]),
    "texts between": (lambda q: q.where_between("name", "b", "cz"), [BOB, CID]),
    "after a date": (lambda q: q.where_greater_than("born", datetime(1985, 1, 1)), [ANN]),
    "at a date": (lambda q: q.where_equals("born", datetime(1980, 5, 6, 7, 8, 9)), [BOB]),
    "before now": (lambda q: q.where_less_than("born", RavenDocumentQuery.now()), [ANN, BOB]),
    "exists": (lambda q: q.where_exists("address.street.number"), [ANN]),
    "a path": (lambda q: q.where_equals("address.street.number", 5), [ANN]),
    "regex": (lambda q: q.where_regex("name", "^[ab]"), [ANN, BOB]),
    "lucene": (lambda q: q.where_lucene("name", "bob OR dän"), [BOB, DAN]),
    "search": (lambda q: q.search("bio", "fox cow"), [ANN, BOB, CID]),
    "search for all": (lambda q: q.search("bio", "quick fox", SearchOperator.AND), [ANN]),
    "search by wildcard": (lambda q: q.search("bio", "bro*"), [ANN, CID]),
    "negated": (lambda q: q.where_exists("name").and_also().negate_next().where_equals("age", 30), [BOB, CID]),
    "subclauses": (
        lambda q: q.open_subclause()
        .where_equals("age", 30)
        .and_also()
        .where_equals("city", "Rome")
        .close_subclause()
        .or_else()
        .where_equals("age", 17),
        [ANN, CID],
    ),
    "not a subclause": (
        lambda q: q.not_()
        .open_subclause()
        .where_equals("age", 30)
        .or_else()
        .where_equals("age", 17)
        .close_subclause(),
        [BOB],
    ),
    "any of a list": (lambda q: q.contains_any("tags", ["red", "green"]), [ANN, CID]),
    "all of a list": (lambda q: q.contains_all("tags", ["red", "blue"]), [ANN]),
    "an id": (lambda q: q.where_equals("id()", "users/bob"), [BOB]),
    "ids": (lambda q: q.where_in("id()", ["users/ann", "users/dan", "users/x"]), [ANN, DAN]),
    "ids by prefix": (lambda q: q.where_starts_with("id()", "users/c"), [CID]),
    "all must hold by default": (
        lambda q: q.using_default_operator(QueryOperator.AND).where_equals("age", 30).where_equals("city", "Rome"),
        [ANN],
    ),
    "near a point": (
        lambda q: q.spatial(PointField("latitude", "longitude"), lambda where: where.within_radius(50, 41.9, 12.5)),
        [ANN, CID],
    ),
    "within a shape": (
        lambda q: q.spatial(
            PointField("latitude", "longitude"),
            lambda where: where.within("POLYGON((12.45 41.85, 12.6 41.85, 12.6 42, 12.45 42, 12.45 41.85))"),
        ),
        [ANN],
    ),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_condition(query, name):
    condition, expected = CONDITIONS[name]
    assert sorted(names(condition(query))) == expected


ORDERS = {
    "as text": (lambda q: q.order_by("name"), [ANN, BOB, CID, DAN]),
    "backwards": (lambda q: q.order_by_descending("name"), [DAN, CID, BOB, ANN]),
    "by two fields": (lambda q: q.order_by("age", OrderingType.LONG).order_by_descending("name"), [CID, DAN, ANN, BOB]),
    "as numbers": (lambda q: q.order_by_descending("age", OrderingType.FLOAT).order_by("name"), [BOB, ANN, DAN, CID]),
    "by distance": (
        lambda q: q.where_not_none("latitude").order_by_distance(PointField("latitude", "longitude"), 59, 11),
        [BOB, ANN, CID],
    ),
    "by distance backwards, rounded": (
        lambda q: q.where_not_none("latitude").order_by_distance_descending(
            PointField("latitude", "longitude"), 59, 11, 0.01
        ),
        [CID, ANN, BOB],
    ),
    "a page": (lambda q: q.order_by("name").skip(1).take(2), [BOB, CID]),
    "by score": (
        lambda q: q.search("bio", "cow").boost(5).or_else().search("bio", "fox").order_by_score().take(1),
        [CID],
    ),
}


@pytest.mark.parametrize("name", ORDERS)
def test_order(query, name):
    order, expected = ORDERS[name]
    assert names(order(query)) == expected


def test_random_order_is_the_same_for_a_seed(store):
    def shuffled():
        with store.open_session() as session:
            return names(session.query(object_type=User).random_ordering("seed"))

    assert shuffled() == shuffled()
    assert sorted(shuffled()) == [ANN, BOB, CID, DAN]


def test_first_single_and_count(query, session):
    assert query.order_by("age", OrderingType.LONG).first().name == CID
    users = lambda: session.query(object_type=User)
    assert users().where_equals("name", "Bob").single().name == BOB
    with pytest.raises(ValueError):
        users().where_equals("city", "Rome").single()
    assert users().where_equals("city", "Rome").count() == 2


def test_statistics(query):
    seen = []
    found = list(query.where_equals("city", "Rome").take(1).statistics(seen.append))
    assert len(found) == 1
    assert (seen[0].total_results, seen[0].is_stale) == (2, False)
    assert seen[0].index_name.startswith("Auto/Users/By")


def test_timings(query):
    seen = []
    list(query.where_equals("city", "Rome").timings(seen.append))
    assert seen[0].duration_in_ms >= 0


class Projected:
    def __init__(self, name=None, age=None):
        self.name = name
        self.age = age


PROJECTIONS = {
    "fields": lambda q: q.select_fields(Projected, "name", "age"),
    "fields under other names": lambda q: q.select_fields_query_data(
        Projected, QueryData(["name", "age"], ["name", "age"])
    ),
    "a script": lambda q: q.select_fields_query_data(
        Projected, QueryData.custom_function("user", "{ name: user.name, age: user.age }")
    ),
}


@pytest.mark.parametrize("name", PROJECTIONS)
def test_projection(query, name):
    projected = PROJECTIONS[name](query.where_equals("city", "Rome").order_by("name"))
    assert [(type(one), one.name, one.age) for one in projected] == [(Projected, ANN, 30), (Projected, CID, 17)]


def test_distinct(query):
    cities = query.select_fields(User, "city").distinct()
    assert sorted(str(user.city) for user in cities) == ["None", "Oslo", "Rome"]


class Group:
    def __init__(self, city=None, count=None, total=None, tag=None):
        self.city = city
        self.count = count
        self.total = total
        self.tag = tag


class TestGroups:
    def test_add_up(self, query):
        groups = query.group_by("city").select_key("city", "city").select_sum(GroupByField("age", "total"))
        found = sorted((str(group.city), group.total) for group in groups.of_type(Group))
        assert found == [("None", 30), ("Oslo", 41), ("Rome", 47)]

    def test_have_conditions(self, query):
        groups = query.group_by("city").select_key("city", "city").select_count("count").where_greater_than("count", 1)
        assert [(group.city, group.count) for group in groups.of_type(Group)] == [("Rome", 2)]

    def test_by_elements_of_lists(self, query):
        groups = query.group_by("tags[]").select_key("tags[]", "tag").select_count("count").order_by("tag")
        found = [(group.tag, group.count) for group in groups.of_type(Group)]
        assert found == [(None, 1), ("Blue", 1), ("green", 1), ("red", 1)]


class TestIncludes:
    def test_documents(self, query, session):
        [bob] = query.include("friend").where_equals("name", "Bob")
        before = session.advanced.number_of_requests
        assert session.load(bob.friend, User).name == ANN
        assert session.advanced.number_of_requests == before

    def test_documents_by_a_builder(self, query, session):
        list(query.include(lambda include: include.include_documents("friend")).where_equals("name", "Bob"))
        before = session.advanced.number_of_requests
        assert session.load("users/ann", User).name == ANN
        assert session.advanced.number_of_requests == before


class TestRaw:
    def raw(self, session, text, kind=User):
        return session.advanced.raw_query(text, kind).wait_for_non_stale_results(PATIENCE)

    def test_with_parameters(self, session):
        found = self.raw(session, "from Users where age > $age order by name").add_parameter("age", 17)
        assert names(found) == [ANN, BOB, DAN]

    def test_loads_and_projects_by_script(self, session):
        text = (
            "from Users as u where u.age > 17 order by u.name load u.friend as f "
            "select { name: f == null ? u.name : f.name }"
        )
        assert names(self.raw(session, text, Projected)) == [ANN, ANN, DAN]

    def test_declares_functions(self, session):
        text = (
            "declare function shout(x) { return { name: x.name.toUpperCase() } } "
            "from Users as u where u.age = 41 select shout(u)"
        )
        assert names(self.raw(session, text, Projected)) == ["BOB"]

    def test_filters(self, session):
        assert names(self.raw(session, "from Users order by name filter age < 31 filter_limit 3")) == [ANN, CID]

    def test_compares_with_compare_exchange_values(self, store, session):
        store.operations.send(PutCompareExchangeValueOperation("city-of-the-day", "Oslo", 0))
        assert names(self.raw(session, "from Users where city = cmpxchg('city-of-the-day')")) == [BOB]
        query = session.query(object_type=User).where_equals("city", RavenDocumentQuery.cmp_xchg("city-of-the-day"))
        assert names(query.wait_for_non_stale_results(PATIENCE)) == [BOB]


MISTAKES = {
    "from Users where": "QueryParser|end of|expected",
    "from Users where age = = 1": "QueryParser|expected|'='",
    "from": "QueryParser|expected",
    "from index 'Nope'": "(?i)could not find|Nope",
    "from Users select nope(1)": "nope",
    "from Users where regex(name)": "regex",
    "from Users where age > $missing": "missing",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_are_named(session, text):
    with pytest.raises(Exception, match=MISTAKES[text]):
        list(session.advanced.raw_query(text, User))
