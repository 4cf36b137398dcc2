"""Static indexes in C# and JavaScript, and the queries that only they answer."""

import pytest
from ravendb import (
    AbstractIndexCreationTask,
    IndexDefinition,
    MoreLikeThisOptions,
    PutIndexesOperation,
    RangeBuilder,
    SuggestionOptions,
)
from ravendb.documents.indexes.abstract_index_creation_tasks import (
    AbstractJavaScriptIndexCreationTask,
    AbstractMultiMapIndexCreationTask,
)
from ravendb.documents.indexes.definitions import FieldIndexing, FieldStorage, FieldTermVector
from ravendb.exceptions.raven_exceptions import RavenException

from cluster import PATIENCE
from model import Order, User, names, store_users

ANN, BOB, CID, DAN = "Ann Lee", "Bob", "Cid O'Neil", "Dän"


class UsersByAll(AbstractIndexCreationTask):
    def __init__(self):
        super().__init__()
        self.map = (
            "from u in docs.Users select new { u.name, u.age, u.city, u.tags, u.bio, "
            "place = CreateSpatialField((double?) u.latitude, (double?) u.longitude) }"
        )
        self._index("bio", FieldIndexing.SEARCH)
        self._store("bio", FieldStorage.YES)
        self._term_vector("bio", FieldTermVector.WITH_POSITIONS_AND_OFFSETS)
        self._suggestion("name")


class CityTotals(AbstractIndexCreationTask):
    def __init__(self):
        super().__init__()
        self.map = "docs.Users.Select(u => new { city = u.city, count = 1, total = u.age })"
        self.reduce = (
            "from r in results group r by r.city into g "
            "select new { city = g.Key, count = g.Sum(x => x.count), total = g.Sum(x => x.total) }"
        )


class CityTotalsJs(AbstractJavaScriptIndexCreationTask):
    def __init__(self):
        super().__init__()
        self.maps = {"map('Users', u => ({ city: u.city, count: 1, total: u.age }))"}
        self.reduce = (
            "groupBy(x => x.city).aggregate(g => ({ city: g.key,"
            " count: g.values.reduce((sum, x) => sum + x.count, 0),"
            " total: g.values.reduce((sum, x) => sum + x.total, 0) }))"
        )


class UsersByFriend(AbstractJavaScriptIndexCreationTask):
    def __init__(self):
        super().__init__()
        self.maps = {"map('Users', u => { const f = load(u.friend, 'Users'); return { friend: f ? f.name : null } })"}


class Everything(AbstractMultiMapIndexCreationTask):
    def __init__(self):
        super().__init__()
        self._add_map("from u in docs.Users select new { key = u.name }")
        self._add_map("from o in docs.Orders select new { key = o.customer }")


@pytest.fixture(scope="module", autouse=True)
def indexed(store):
    store_users(store)
    with store.open_session() as session:
        session.store(Order("users/ann", 10.5), "orders/1")
        session.save_changes()
    for index in (UsersByAll, CityTotals, CityTotalsJs, UsersByFriend, Everything):
        index().execute(store)


@pytest.fixture
def query(session):
    """A query of the index of all users."""
    return session.query_index_type(UsersByAll, User).wait_for_non_stale_results(PATIENCE)


CONDITIONS = {
    "equals": (lambda q: q.where_equals("name", "bob"), [BOB]),
    "search": (lambda q: q.search("bio", "fox"), [ANN, BOB]),
    "phrase nearby": (lambda q: q.search("bio", "quick fox").proximity(2), [ANN]),
    "fuzzy": (lambda q: q.where_equals("name", "bobb").fuzzy(0.5), [BOB]),
    "intersection": (lambda q: q.where_equals("tags", "red").intersect().where_equals("city", "Rome"), [ANN]),
    "within a radius": (lambda q: q.within_radius_of("place", 50, 41.9, 12.5), [ANN, CID]),
    "in a shape": (lambda q: q.spatial("place", lambda where: where.intersects("Circle(12.5 41.9 d=5)")), [ANN]),
    "outside of a shape": (lambda q: q.spatial("place", lambda where: where.disjoint("Circle(12.5 41.9 d=50)")), [BOB]),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_condition(query, name):
    condition, expected = CONDITIONS[name]
    assert sorted(names(condition(query))) == expected


def test_order_by_distance(query):
    near = query.within_radius_of("place", 5000, 41.8, 12.4).order_by_distance("place", 41.8, 12.4)
    assert names(near) == [CID, ANN, BOB]


class Row:
    def __init__(self, city=None, count=None, total=None):
        self.city = city
        self.count = count
        self.total = total


@pytest.mark.parametrize("index", [CityTotals, CityTotalsJs])
def test_map_reduce(session, index):
    query = session.query_index_type(index, Row).wait_for_non_stale_results(PATIENCE)
    rows = sorted((str(row.city), row.count, row.total) for row in query.of_type(Row))
    assert rows == [("None", 1, 30), ("Oslo", 1, 41), ("Rome", 2, 47)]


def test_loaded_documents(session):
    query = session.query_index_type(UsersByFriend, User).wait_for_non_stale_results(PATIENCE)
    assert names(query.where_equals("friend", "Ann Lee")) == [BOB]


def test_several_maps(session):
    query = session.query_index_type(Everything).wait_for_non_stale_results(PATIENCE)
    assert query.where_in("key", ["bob", "users/ann"]).count() == 2


class TestFacets:
    def test_by_field_with_aggregations(self, query):
        city = query.aggregate_by(lambda facet: facet.by_field("city").sum_on("age").max_on("age")).execute()["city"]
        assert sorted((value.range_, value.count_, value.sum_, value.max_) for value in city.values) == [
            ("NULL_VALUE", 1, 30, 30),
            ("oslo", 1, 41, 41),
            ("rome", 2, 47, 30),
        ]

    def test_by_ranges(self, query):
        age = RangeBuilder.for_path("age")
        young, old = age.is_less_than(20), RangeBuilder.for_path("age").is_greater_than_or_equal_to(20)
        ages = query.aggregate_by(lambda facet: facet.by_ranges(young, old)).execute()["age"]
        assert [value.count_ for value in ages.values] == [1, 3]

    def test_by_a_setup_document(self, store, query):
        with store.open_session() as session:
            session.store({"Facets": [{"FieldName": "city"}], "RangeFacets": []}, "facets/cities")
            session.save_changes()
        cities = query.aggregate_using("facets/cities").execute()["city"]
        assert {value.range_: value.count_ for value in cities.values} == {"NULL_VALUE": 1, "oslo": 1, "rome": 2}

    def test_lazily(self, query):
        lazy = query.where_equals("city", "Rome").aggregate_by(lambda facet: facet.by_field("city")).execute_lazy()
        assert [value.count_ for value in lazy.value["city"].values] == [2]


class TestSuggestions:
    def test_of_a_term(self, query):
        found = query.suggest_using(lambda suggest: suggest.by_field("name", "bop")).execute()
        assert found["name"].suggestions == ["bob"]

    def test_with_options_lazily(self, query):
        options = SuggestionOptions(accuracy=0.3, page_size=1)
        lazy = query.suggest_using(lambda suggest: suggest.by_field("name", "dan").with_options(options)).execute_lazy()
        assert lazy.value["name"].suggestions == ["dän"]


def test_more_like_this(query):
    options = MoreLikeThisOptions(minimum_document_frequency=1, minimum_term_frequency=1)
    like_ann = query.more_like_this(
        lambda more: more.using_document(lambda where: where.where_equals("id()", "users/ann")).with_options(options)
    )
    assert sorted(names(like_ann)) == [BOB, CID]


def test_highlights(query):
    seen = []
    users = list(query.highlight("bio", 128, 1, seen.append).search("bio", "fox").order_by("name"))
    assert names(users) == [ANN, BOB]
    [ann] = seen[0].get_fragments("users/ann")
    assert ">fox</b>" in ann


def test_explanations(query):
    seen = []
    [ann] = query.include_explanations(explanations_callback=seen.append).search("bio", "quick")
    assert "quick" in seen[0].explanations["users/ann"][0]


class TestMistakes:
    @pytest.mark.parametrize(
        "map, error",
        [
            ("from u in docs.Users select new { u.name", "(?i)line|expected"),
            ("from u in docs.Users select new { now = DateTime.Now }", "DateTime.Now"),
            ("map('Users', u => ({ name: ", "(?i)unexpected|syntax"),
        ],
    )
    def test_of_definitions_are_told(self, store, map, error):
        definition = IndexDefinition()
        definition.name = "Wrong"
        definition.maps = {map}
        with pytest.raises(RavenException, match=error):
            store.maintenance.send(PutIndexesOperation(definition))

    def test_of_fields_are_told(self, query):
        with pytest.raises(RavenException, match="shoe_size"):
            list(query.where_equals("shoe_size", 43))
