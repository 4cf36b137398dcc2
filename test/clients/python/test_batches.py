"""Writes that are more than stored documents: patches, deferred commands, bulk insert, and what a batch waits for."""

from datetime import timedelta

import pytest
from ravendb import (
    DeleteByQueryOperation,
    DeleteDocumentCommand,
    IndexQuery,
    JsonPatchDocument,
    JsonPatchOperation,
    PatchByQueryOperation,
    PatchCommandData,
    PatchOperation,
    PatchRequest,
    PatchStatus,
    PutDocumentCommand,
)
from ravendb.documents.bulk_insert_operation import BulkInsertOptions
from ravendb.documents.commands.batches import DeleteCommandData
from ravendb.exceptions.raven_exceptions import ConcurrencyException, RavenException

from model import User

ID = "users/ada"


@pytest.fixture(autouse=True)
def ada(store):
    with store.open_session() as session:
        session.store(User("Ada", 36, tags=["a", "b"], address={"zip": "1"}), ID)
        session.save_changes()


def load(store, id=ID):
    with store.open_session() as session:
        return session.load(id, User)


class TestPatches:
    def test_by_script_with_arguments(self, store):
        request = PatchRequest("this.age += args.years; this.city = args.city", {"years": 2, "city": "Bath"})
        result = store.operations.send(PatchOperation(ID, None, request))
        assert result.status == PatchStatus.PATCHED
        ada = load(store)
        assert (ada.age, ada.city) == (38, "Bath")

    def test_of_nothing_or_without_an_effect(self, store):
        request = PatchRequest("this.age = 36")
        assert store.operations.send(PatchOperation("users/never", None, request)) is None
        assert store.operations.send(PatchOperation(ID, None, request)).status == PatchStatus.NOT_MODIFIED

    def test_puts_where_there_is_nothing(self, store):
        request = PatchRequest("this.age = 1")
        missing = PatchRequest("this.age = 99; this['@metadata'] = { '@collection': 'Users' }")
        result = store.operations.send(PatchOperation("users/new", None, request, missing))
        assert result.status == PatchStatus.CREATED
        assert load(store, "users/new").age == 99

    def test_is_refused_for_another_version(self, store):
        stale = "A:1-AAAAAAAAAAAAAAAAAAAAAA"
        with pytest.raises(ConcurrencyException):
            store.operations.send(PatchOperation(ID, stale, PatchRequest("this.age = 0")))

    def test_says_what_is_wrong_with_a_script(self, store):
        with pytest.raises(RavenException, match="(?i)syntax|parse|unexpected"):
            store.operations.send(PatchOperation(ID, None, PatchRequest("this.age = = 1")))
        assert load(store).age == 36

    def test_increments_and_changes_lists_and_objects_in_a_session(self, store, session):
        advanced = session.advanced
        advanced.increment(ID, "age", 4)
        advanced.patch(ID, "name", "Ada L.")
        advanced.patch_array(ID, "tags", lambda tags: tags.add("c", "d").remove_at(0))
        advanced.patch_object(ID, "address", lambda address: address.put("street", "Main").remove("zip"))
        session.save_changes()
        ada = load(store)
        assert (ada.age, ada.name, ada.tags) == (40, "Ada L.", ["b", "c", "d"])
        assert ada.address == {"street": "Main"}

    def test_adds_or_changes(self, store):
        for _ in range(2):
            with store.open_session() as session:
                advanced = session.advanced
                advanced.add_or_increment("users/i", User("i", 1), "age", 4)
                advanced.add_or_patch("users/p", User("p", 1), "age", 9)
                advanced.add_or_patch_array("users/l", User("l", tags=["x"]), "tags", lambda tags: tags.add("y"))
                session.save_changes()
        assert (load(store, "users/i").age, load(store, "users/p").age) == (5, 9)
        assert load(store, "users/l").tags == ["x", "y"]

    def test_by_json_patch(self, store):
        patch = JsonPatchDocument()
        patch.test("/name", "Ada")
        patch.add("/city", "Bath")
        patch.replace("/age", 1)
        patch.remove("/tags/0")
        patch.copy("/address/zip", "/bio")
        store.operations.send(JsonPatchOperation(ID, patch))
        ada = load(store)
        assert (ada.city, ada.age, ada.tags, ada.bio) == ("Bath", 1, ["b"], "1")

    def test_by_query(self, store):
        with store.open_session() as session:
            for i in range(5):
                session.store(User(f"bulk {i}", i, "Ulm"), f"patched/{i}")
            session.save_changes()
            list(session.query(object_type=User).where_equals("city", "Ulm").wait_for_non_stale_results())
        update = "from Users where city = 'Ulm' update { this.age += 10 }"
        store.operations.send_async(PatchByQueryOperation(update)).wait_for_completion()
        assert load(store, "patched/4").age == 14
        query = IndexQuery("from Users where city = $city")
        query.query_parameters = {"city": "Ulm"}
        query.wait_for_non_stale_results = True
        store.operations.send_async(DeleteByQueryOperation(query)).wait_for_completion()
        assert load(store, "patched/4") is None
        assert load(store) is not None


class TestBatches:
    def test_carry_deferred_commands(self, store, session):
        with store.open_session() as before:
            before.store(User("Gone"), "users/gone")
            before.save_changes()
        session.store(User("Put"), "users/put")
        session.advanced.defer(
            PatchCommandData(ID, None, PatchRequest("this.age = 1"), None),
            DeleteCommandData("users/gone", None),
            DeleteCommandData("users/never", None),
        )
        session.save_changes()
        assert load(store).age == 1
        assert load(store, "users/put").name == "Put"
        assert load(store, "users/gone") is None

    def test_are_written_whole_or_not_at_all(self, store, session):
        session.store(User("New"), "users/whole")
        session.advanced.defer(DeleteCommandData(ID, "A:1-AAAAAAAAAAAAAAAAAAAAAA"))
        with pytest.raises(ConcurrencyException):
            session.save_changes()
        assert load(store, "users/whole") is None

    def test_wait_for_indexes(self, store, session):
        query = lambda: session.query(object_type=User).where_equals("city", "Waited")
        list(query().wait_for_non_stale_results())
        session.advanced.wait_for_indexes_after_save_changes(
            lambda wait: wait.with_timeout(timedelta(seconds=30)).throw_on_timeout(True)
        )
        session.store(User("W", city="Waited"), "users/waited")
        session.save_changes()
        assert query().count() == 1

    def test_commands_work_without_a_session(self, store):
        executor = store.get_request_executor()
        put = PutDocumentCommand("raw/1", None, {"name": "Raw", "@metadata": {"@collection": "Users"}})
        executor.execute_command(put)
        assert put.result.key == "raw/1"
        executor.execute_command(DeleteDocumentCommand("raw/1", put.result.change_vector))
        assert load(store, "raw/1") is None


class TestBulkInsert:
    @pytest.mark.parametrize("compressed", [False, True])
    def test_stores_many(self, store, compressed):
        prefix = f"bulk-{compressed}/"
        with store.bulk_insert(options=BulkInsertOptions(use_compression=compressed)) as bulk:
            for i in range(2_000):
                bulk.store_as(User(f"Name {i}", i), f"{prefix}{i}")
        with store.open_session() as session:
            streamed = session.advanced.stream_starting_with(prefix, object_type=User)
            assert sum(result.document.age for result in streamed) == sum(range(2_000))

    def test_gives_ids(self, store):
        with store.bulk_insert() as bulk:
            id = bulk.store(User("Nobody gave me an id"))
        assert load(store, id).name == "Nobody gave me an id"
