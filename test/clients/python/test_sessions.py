"""Documents through sessions: what is stored is loaded, by every way that a session has."""

import re
from datetime import datetime

import pytest
from ravendb import OptimisticConcurrencyMode, SessionOptions
from ravendb.exceptions.raven_exceptions import ConcurrencyException

from model import Order, User, names


def put(store, *users):
    """Stores users under `users/` and their names in lower case."""
    with store.open_session() as session:
        for user in users:
            session.store(user, f"users/{user.name.lower()}")
        session.save_changes()


def test_stores_loads_changes_and_deletes(store):
    put(store, User("Ada", 36, "London", tags=["x", "ü€"], address={"zip": None}, is_active=False))
    with store.open_session() as session:
        ada = session.load("users/ada", User)
        assert (ada.name, ada.age, ada.tags, ada.address, ada.is_active) == (
            "Ada",
            36,
            ["x", "ü€"],
            {"zip": None},
            False,
        )
        ada.age = 37
        assert session.advanced.has_changed(ada)
        session.save_changes()
        assert not session.advanced.has_changes()
    with store.open_session() as session:
        assert session.load("users/ada", User).age == 37
        session.delete("users/ada")
        session.save_changes()
        assert session.load("users/ada", User) is None
        assert not session.advanced.exists("users/ada")


def test_numbers_that_json_has_not_come_back_as_texts(store):
    nothing, most = float("nan"), float("-inf")
    put(store, User("Nan", nothing, tags=[most]))
    with store.bulk_insert() as bulk:
        bulk.store_as(User("Inf", most), "users/inf")
    with store.open_session() as session:
        nan, inf = session.load("users/nan", User), session.load("users/inf", User)
        assert (nan.age, nan.tags, inf.age) == ("NaN", ["-Infinity"], "-Infinity")
        query = session.query(object_type=User).wait_for_non_stale_results()
        assert names(query.where_equals("age", most)) == ["Inf"]


def test_loads_many_at_once_and_tells_who_is_missing(store, session):
    put(store, User("One"), User("Two"))
    found = session.load(["users/one", "users/two", "users/three"], User)
    assert {id: user and user.name for id, user in found.items()} == {
        "users/one": "One",
        "users/two": "Two",
        "users/three": None,
    }
    assert session.advanced.number_of_requests == 1
    session.load("users/one", User)
    assert session.advanced.number_of_requests == 1


def test_loads_more_ids_than_fit_into_a_url(store, session):
    ids = [f"many/{'x' * 60}/{i}" for i in range(60)]
    for id in ids:
        session.store(User(id[-2:]), id)
    session.save_changes()
    session.advanced.clear()
    assert len([user for user in session.load(ids, User).values() if user]) == 60


def test_gives_ids_of_its_own(store, session):
    by_range, by_identity, by_etag = User("range"), User("identity"), User("etag")
    session.store(by_range)
    session.store(by_identity, "invoices|")
    session.store(by_etag, "notes/")
    session.save_changes()
    id_of = session.advanced.get_document_id
    assert re.fullmatch(r"users/\d+-[ABC]", id_of(by_range))
    assert id_of(by_identity) == "invoices/1"
    assert id_of(by_etag).startswith("notes/00000000")


@pytest.mark.parametrize("id", ["a b/c", "ü/€", "a%2Fb", "a+b?c=d&e#f", "quote'\"", "x" * 400])
def test_takes_any_id(store, id):
    with store.open_session() as session:
        session.store(User("odd"), id)
        session.save_changes()
    with store.open_session() as session:
        assert session.load(id, User).name == "odd"
        assert session.advanced.exists(id)
        session.delete(id)
        session.save_changes()
        assert not session.advanced.exists(id)


def test_keeps_metadata(store):
    put(store, User("Meta"))
    with store.open_session() as session:
        meta = session.load("users/meta", User)
        session.advanced.get_metadata_for(meta)["colour"] = "red"
        session.save_changes()
    with store.open_session() as session:
        meta = session.load("users/meta", User)
        metadata = session.advanced.get_metadata_for(meta)
        assert (metadata["colour"], metadata["@collection"], metadata["@id"]) == ("red", "Users", "users/meta")
        age = datetime.utcnow() - session.advanced.get_last_modified_for(meta)
        assert abs(age.total_seconds()) < 3600
        assert session.advanced.get_change_vector_for(meta)


class TestOptimisticConcurrency:
    def test_refuses_the_second_of_two_changes(self, store):
        put(store, User("Twice", 1))
        with store.open_session() as first, store.open_session() as second:
            second.advanced.use_optimistic_concurrency = True
            one, other = first.load("users/twice", User), second.load("users/twice", User)
            one.age, other.age = 2, 3
            first.save_changes()
            with pytest.raises(ConcurrencyException):
                second.save_changes()
        with store.open_session() as session:
            assert session.load("users/twice", User).age == 2

    def test_refuses_to_store_what_is_there(self, store):
        put(store, User("Once", 1))
        with store.open_session() as session:
            session.advanced.use_optimistic_concurrency = True
            session.store(User("Once", 2), "users/once")
            with pytest.raises(ConcurrencyException, match="users/once"):
                session.save_changes()

    def test_refuses_a_deletion_of_another_version(self, store):
        put(store, User("Gone", 1))
        with store.open_session() as session:
            session.delete("users/gone", "A:1-AAAAAAAAAAAAAAAAAAAAAA")
            with pytest.raises(ConcurrencyException):
                session.save_changes()

    def test_tracks_what_was_read(self, store):
        put(store, User("Read", 1), User("Written", 1))
        options = SessionOptions(optimistic_concurrency_mode=OptimisticConcurrencyMode.WRITES_AND_READS)
        with store.open_session(session_options=options) as session:
            session.load("users/read", User)
            session.load("users/written", User).age = 2
            put(store, User("Read", 2))
            with pytest.raises(ConcurrencyException):
                session.save_changes()
        with store.open_session() as session:
            assert session.load("users/written", User).age == 1


def test_loads_on_condition(store):
    put(store, User("Cond", 1))
    with store.open_session() as session:
        known = session.advanced.get_change_vector_for(session.load("users/cond", User))
    with store.open_session() as session:
        unchanged = session.advanced.conditional_load("users/cond", known, User)
        assert (unchanged.entity, unchanged.change_vector) == (None, known)
        put(store, User("Cond", 2))
        changed = session.advanced.conditional_load("users/cond", known, User)
        assert changed.entity.age == 2
        assert changed.change_vector != known
        missing = session.advanced.conditional_load("users/never", known, User)
        assert (missing.entity, missing.change_vector) == (None, None)


def test_refreshes_and_evicts(store, session):
    put(store, User("Fresh", 1))
    user = session.load("users/fresh", User)
    put(store, User("Fresh", 2))
    session.advanced.refresh(user)
    assert user.age == 2
    put(store, User("Fresh", 3))
    session.advanced.evict(user)
    assert session.load("users/fresh", User).age == 3


def test_includes_what_a_document_refers_to(store):
    put(store, User("Buyer"))
    with store.open_session() as session:
        session.store(Order("users/buyer", 10), "orders/1")
        session.save_changes()
    with store.open_session() as session:
        order = session.include("customer").load("orders/1", Order)["orders/1"]
        assert session.load(order.customer, User).name == "Buyer"
        assert session.advanced.number_of_requests == 1


class TestPrefix:
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def documents(cls, store):
        with store.open_session() as session:
            for i in range(30):
                session.store(User(str(i)), f"prefix/{i:02}")
            session.save_changes()

    def load(self, session, **options):
        return names(session.advanced.load_starting_with("prefix/", User, **options))

    def test_loads_a_page(self, session):
        assert self.load(session, start=3, page_size=2) == ["3", "4"]

    def test_loads_what_matches(self, session):
        assert self.load(session, matches="1?|*9", exclude="*5", page_size=100) == [
            str(i) for i in [9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 29]
        ]

    def test_loads_what_comes_after(self, session):
        assert self.load(session, start_after="prefix/27") == ["28", "29"]


class TestLazily:
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def documents(cls, store):
        put(store, User("L1"), User("L2", friend="users/l1"), User("L3"))

    def test_asks_everything_in_one_request(self, session):
        lazily = session.advanced.lazily
        one = lazily.load("users/l1", User)
        many = lazily.load(["users/l2", "users/l9"], User)
        prefixed = lazily.load_starting_with("users/l", User)
        query = session.query(object_type=User).where_equals("name", "L3").wait_for_non_stale_results()
        found, count = query.lazily(), session.query(object_type=User).where_starts_with("name", "L").count_lazily()
        session.advanced.eagerly.execute_all_pending_lazy_operations()
        assert session.advanced.number_of_requests == 1
        assert one.value.name == "L1"
        assert {id: user and user.name for id, user in many.value.items()} == {"users/l2": "L2", "users/l9": None}
        assert sorted(names(prefixed.value.values())) == ["L1", "L2", "L3"]
        assert names(found.value) == ["L3"]
        assert count.value == 3

    def test_includes(self, session):
        lazy = session.advanced.lazily.include("friend").load("users/l2", User)
        assert lazy.value["users/l2"].name == "L2"
        session.load("users/l1", User)
        assert session.advanced.number_of_requests == 1

    def test_loads_on_condition(self, store, session):
        with store.open_session() as other:
            known = other.advanced.get_change_vector_for(other.load("users/l3", User))
        lazy = session.advanced.lazily.conditional_load("users/l3", known, User)
        assert lazy.value.entity is None
