"""What all nodes agree on: compare-exchange values, cluster-wide transactions, identities."""

import threading

import pytest
from ravendb import (
    DeleteCompareExchangeValueOperation,
    GetCompareExchangeValueOperation,
    GetCompareExchangeValuesOperation,
    PutCompareExchangeValueOperation,
    SessionOptions,
    TransactionMode,
)
from ravendb.documents.operations.identities import (
    GetIdentitiesOperation,
    NextIdentityForOperation,
    SeedIdentityForOperation,
)
from ravendb.exceptions.raven_exceptions import ConcurrencyException

from model import User


@pytest.fixture
def cluster_wide(store):
    """Opens sessions of which each is one transaction of the whole cluster."""
    options = SessionOptions(transaction_mode=TransactionMode.CLUSTER_WIDE)
    return lambda: store.open_session(session_options=options)


def get(store, key, kind=str):
    return store.operations.send(GetCompareExchangeValueOperation(key, kind))


class TestCompareExchange:
    def test_is_put_changed_and_deleted_at_its_index_only(self, store):
        put = lambda value, index: store.operations.send(PutCompareExchangeValueOperation("key", value, index))
        created = put("one", 0)
        assert (created.successful, created.value) == (True, "one")
        refused = put("two", 0)
        assert (refused.successful, refused.value, refused.index) == (False, "one", created.index)
        changed = put("two", created.index)
        assert changed.successful and changed.index > created.index
        assert get(store, "key").value == "two"
        delete = lambda index: store.operations.send(DeleteCompareExchangeValueOperation(str, "key", index))
        assert not delete(created.index).successful
        assert delete(changed.index).successful
        assert get(store, "key") is None

    @pytest.mark.parametrize("value", [7, 2.5, True, "ü", {"a": {"b": [None, 1]}}])
    def test_holds_any_value(self, store, value):
        key = f"any/{value}"
        store.operations.send(PutCompareExchangeValueOperation(key, value, 0))
        assert get(store, key, type(value)).value == value

    def test_holds_objects(self, store):
        store.operations.send(PutCompareExchangeValueOperation("object", User("Ada", 36), 0))
        assert get(store, "object", User).value.age == 36

    def test_is_read_by_keys(self, store):
        for i in range(3):
            store.operations.send(PutCompareExchangeValueOperation(f"many/{i}", i, 0))
        found = store.operations.send(GetCompareExchangeValuesOperation(["many/1", "many/9"], int))
        assert {key: value.value for key, value in found.items()} == {"many/1": 1, "many/9": None}

    def test_one_of_many_wins(self, store):
        results = []

        def grab(i):
            results.append(store.operations.send(PutCompareExchangeValueOperation("lock", f"{i}", 0)).successful)

        threads = [threading.Thread(target=grab, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results) == [False] * 7 + [True]


class TestTransactions:
    def test_write_documents_and_values_together(self, cluster_wide):
        with cluster_wide() as session:
            session.store(User("Ada", 36), "users/ada")
            value = session.advanced.cluster_transaction.create_compare_exchange_value("emails/ada", User("Ada", 1))
            value.metadata["by"] = "python"
            session.save_changes()
        with cluster_wide() as session:
            found = session.advanced.cluster_transaction.get_compare_exchange_value("emails/ada", User)
            assert session.load("users/ada", User).age == 36
            assert (found.value.age, found.metadata["by"]) == (1, "python")
            found.value.age = 2
            session.store(User("Bea"), "users/bea")
            session.save_changes()
        with cluster_wide() as session:
            assert session.load("users/bea", User).name == "Bea"
            transaction = session.advanced.cluster_transaction
            many = transaction.get_compare_exchange_values(["emails/ada", "emails/none"], User)
            assert many["emails/ada"].value.age == 2
            transaction.delete_compare_exchange_value(many["emails/ada"])
            session.delete("users/ada")
            session.save_changes()
        with cluster_wide() as session:
            assert session.advanced.cluster_transaction.get_compare_exchange_value("emails/ada", User) is None
            assert session.load("users/ada", User) is None

    def test_read_lazily(self, store, cluster_wide):
        store.operations.send(PutCompareExchangeValueOperation("lazy", "v", 0))
        with cluster_wide() as session:
            lazily = session.advanced.cluster_transaction.lazily
            one, missing = lazily.get_compare_exchange_value("lazy", str), lazily.get_compare_exchange_value("no", str)
            assert (one.value.value, missing.value) == ("v", None)
            assert session.advanced.number_of_requests == 1

    def test_refuse_the_second_of_two(self, cluster_wide):
        with cluster_wide() as first, cluster_wide() as second:
            for session in (first, second):
                session.advanced.cluster_transaction.get_compare_exchange_value("counter", User)
                session.advanced.cluster_transaction.create_compare_exchange_value("counter", User("Count", 1))
            first.save_changes()
            with pytest.raises(ConcurrencyException, match="counter"):
                second.save_changes()
        with cluster_wide() as first, cluster_wide() as second:
            for session in (first, second):
                session.advanced.cluster_transaction.get_compare_exchange_value("counter", User).value.age += 1
            first.save_changes()
            with pytest.raises(ConcurrencyException, match="counter"):
                second.save_changes()

    def test_guard_documents(self, cluster_wide):
        """This client doesn't tell which version of a document it has read, so no change of one goes through."""
        with cluster_wide() as session:
            session.store(User("Guarded", 1), "users/guarded")
            session.save_changes()
        with cluster_wide() as session:
            session.load("users/guarded", User).age = 2
            with pytest.raises(ConcurrencyException, match="users/guarded"):
                session.save_changes()

    def test_refuse_a_value_that_is_there(self, cluster_wide):
        for attempt in range(2):
            with cluster_wide() as session:
                session.store(User("Unique"), f"users/unique-{attempt}")
                session.advanced.cluster_transaction.create_compare_exchange_value("unique", attempt)
                if attempt == 0:
                    session.save_changes()
                else:
                    with pytest.raises(ConcurrencyException, match="unique"):
                        session.save_changes()
        with cluster_wide() as session:
            assert session.load("users/unique-1", User) is None


class TestIdentities:
    def test_count(self, store):
        send = store.maintenance.send
        assert [send(NextIdentityForOperation("invoices|")) for _ in range(3)] == [1, 2, 3]
        assert send(SeedIdentityForOperation("invoices|", 100)) == 100
        assert send(NextIdentityForOperation("invoices|")) == 101
        assert send(SeedIdentityForOperation("invoices|", 5)) == 101
        assert send(SeedIdentityForOperation("invoices|", 5, True)) == 5
        assert send(GetIdentitiesOperation()) == {"invoices|": 5}

    def test_name_documents(self, store):
        ids = []
        for _ in range(2):
            with store.open_session() as session:
                user = User("Numbered")
                session.store(user, "numbered|")
                session.save_changes()
                ids.append(session.advanced.get_document_id(user))
        assert ids == ["numbered/1", "numbered/2"]
