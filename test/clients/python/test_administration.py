"""Operations on indexes and databases, and what they tell."""

import pytest
from ravendb import (
    AbstractIndexCreationTask,
    ClientConfiguration,
    DeleteIndexOperation,
    DisableIndexOperation,
    EnableIndexOperation,
    GetClientConfigurationOperation,
    GetCollectionStatisticsOperation,
    GetDetailedStatisticsOperation,
    GetIndexErrorsOperation,
    GetIndexesOperation,
    GetIndexesStatisticsOperation,
    GetIndexingStatusOperation,
    GetIndexNamesOperation,
    GetIndexOperation,
    GetIndexStatisticsOperation,
    GetStatisticsOperation,
    GetTermsOperation,
    IndexHasChangedOperation,
    PutClientConfigurationOperation,
    SetIndexesLockOperation,
    SetIndexesPriorityOperation,
    StartIndexingOperation,
    StartIndexOperation,
    StopIndexingOperation,
    StopIndexOperation,
)
from ravendb.documents.indexes.definitions import IndexLockMode, IndexPriority
from ravendb.documents.operations.indexes import DeleteIndexErrorsOperation, ResetIndexOperation
from ravendb.documents.operations.server_misc import ToggleDatabasesStateOperation
from ravendb.documents.operations.statistics import GetDetailedCollectionStatisticsOperation
from ravendb.exceptions.raven_exceptions import ConcurrencyException, RavenException
from ravendb.serverwide.database_record import DatabaseRecord
from ravendb.serverwide.operations.common import (
    CreateDatabaseOperation,
    DeleteDatabaseOperation,
    GetBuildNumberOperation,
    GetDatabaseNamesOperation,
    GetDatabaseRecordOperation,
)
from ravendb.serverwide.operations.configuration import GetDatabaseSettingsOperation, PutDatabaseSettingsOperation
from ravendb.serverwide.operations.logs import GetLogsConfigurationOperation

from cluster import PATIENCE, eventually, new_database, open_store
from model import User, store_users

INDEX = "UsersByCity"


class UsersByCity(AbstractIndexCreationTask):
    def __init__(self):
        super().__init__()
        self.map = "from u in docs.Users select new { u.city }"


@pytest.fixture(scope="module", autouse=True)
def indexed(store):
    store_users(store)
    UsersByCity().execute(store)
    with store.open_session() as session:
        list(session.query_index_type(UsersByCity, User).wait_for_non_stale_results(PATIENCE))


@pytest.fixture
def send(store):
    return store.maintenance.send


def refusal_of(database):
    """What a session is told that reads from the database; nothing: it reads."""
    try:
        with open_store(database) as store, store.open_session() as session:
            session.load("users/1", User)
        return ""
    except Exception as error:
        return str(error)


class TestIndexes:
    def test_are_listed(self, send):
        assert INDEX in send(GetIndexNamesOperation(0, 100))
        assert INDEX in [index.name for index in send(GetIndexesOperation(0, 100))]
        definition = send(GetIndexOperation(INDEX))
        assert (definition.name, len(definition.maps)) == (INDEX, 1)
        assert send(GetIndexOperation("Nope")) is None

    def test_tell_statistics_and_terms(self, send):
        statistics = send(GetIndexStatisticsOperation(INDEX))
        assert (statistics.name, statistics.entries_count) == (INDEX, 4)
        assert INDEX in [statistics["Name"] for statistics in send(GetIndexesStatisticsOperation())]
        assert send(GetTermsOperation(INDEX, "city", None, 10)) == ["NULL_VALUE", "oslo", "rome"]
        assert send(GetTermsOperation(INDEX, "city", "oslo", 10)) == ["rome"]
        [errors] = send(GetIndexErrorsOperation(INDEX))
        assert (errors.name, errors.errors) == (INDEX, [])
        send(DeleteIndexErrorsOperation([INDEX]))

    def test_know_whether_a_definition_is_another(self, send):
        definition = UsersByCity().create_index_definition()
        definition.name = INDEX
        assert not send(IndexHasChangedOperation(definition))
        definition.maps = {"from u in docs.Users select new { u.name }"}
        assert send(IndexHasChangedOperation(definition))

    def test_pause_one_and_all(self, send):
        status = lambda: {index.name: str(index.status) for index in send(GetIndexingStatusOperation()).indexes}[INDEX]
        send(StopIndexOperation(INDEX))
        assert "PAUSED" in status().upper()
        send(StartIndexOperation(INDEX))
        assert "RUNNING" in status().upper()
        send(StopIndexingOperation())
        assert "PAUSED" in str(send(GetIndexingStatusOperation()).status).upper()
        send(StartIndexingOperation())
        assert "RUNNING" in str(send(GetIndexingStatusOperation()).status).upper()

    def test_are_disabled_and_enabled(self, send):
        state = lambda: str(send(GetIndexStatisticsOperation(INDEX)).state).upper()
        send(DisableIndexOperation(INDEX))
        assert "DISABLED" in state()
        send(EnableIndexOperation(INDEX))
        assert "NORMAL" in state()
        send(DisableIndexOperation(INDEX, cluster_wide=True))
        assert "DISABLED" in state()
        send(EnableIndexOperation(INDEX, cluster_wide=True))
        assert "NORMAL" in state()

    def test_have_a_lock_and_a_priority(self, store, send):
        send(SetIndexesLockOperation(IndexLockMode.LOCKED_ERROR, INDEX))
        changed = UsersByCity()
        changed.map = "from u in docs.Users select new { u.city, u.name }"
        changed.index_name_ = INDEX
        with pytest.raises(RavenException, match="(?i)lock"):
            changed.execute(store)
        send(SetIndexesLockOperation(IndexLockMode.UNLOCK, INDEX))
        send(SetIndexesPriorityOperation(IndexPriority.HIGH, INDEX))
        assert send(GetIndexOperation(INDEX)).priority == IndexPriority.HIGH

    def test_are_reset_and_deleted(self, store, send):
        class Short(AbstractIndexCreationTask):
            def __init__(self):
                super().__init__()
                self.map = "from u in docs.Users select new { u.age }"

        Short().execute(store)
        send(ResetIndexOperation("Short"))
        with store.open_session() as session:
            query = session.query_index("Short", User).wait_for_non_stale_results(PATIENCE)
            assert query.where_equals("age", 30).count() == 2
        send(DeleteIndexOperation("Short"))
        assert "Short" not in send(GetIndexNamesOperation(0, 100))


class TestStatistics:
    def test_of_a_database(self, send):
        statistics = send(GetStatisticsOperation())
        assert statistics.count_of_documents == 4
        assert statistics.count_of_indexes >= 1
        assert len(statistics.database_id) == 22
        assert send(GetDetailedStatisticsOperation()).count_of_documents == 4

    def test_of_collections(self, send):
        statistics = send(GetCollectionStatisticsOperation())
        assert (statistics.count_of_documents, statistics.collections) == (4, {"Users": 4})
        assert list(send(GetDetailedCollectionStatisticsOperation()).collections) == ["Users"]


class TestDatabases:
    def test_are_created_listed_and_deleted(self, store):
        send = store.maintenance.server.send
        name = "python-short-lived"
        names = lambda: send(GetDatabaseNamesOperation(0, 1000))
        assert send(CreateDatabaseOperation(DatabaseRecord(name))).name == name
        with pytest.raises(ConcurrencyException, match=name):
            send(CreateDatabaseOperation(DatabaseRecord(name)))
        eventually("the database to be listed", lambda: name in names())
        send(DeleteDatabaseOperation(name, hard_delete=True, time_to_wait_for_confirmation=PATIENCE))
        eventually("the database to be listed no more", lambda: name not in names())
        eventually("the database to be gone", lambda: "DatabaseDoesNotExist" in refusal_of(name))

    @pytest.mark.parametrize("name", ["a/b", "a?b", "a b", "x" * 300])
    def test_have_names_that_files_can_have(self, store, name):
        with pytest.raises(RavenException):
            store.maintenance.server.send(CreateDatabaseOperation(DatabaseRecord(name)))

    def test_have_records(self, store):
        with store.open_session() as session:
            list(session.query(object_type=User).search("bio", "fox").where_equals("age", 30))
        get = lambda name: store.maintenance.server.send(GetDatabaseRecordOperation(name))
        eventually("the auto index to be in the record", lambda: get(store.database).auto_indexes)
        eventually("the index to be in the record", lambda: INDEX in get(store.database).indexes)
        assert get(store.database).database_name == store.database
        assert get("python-nowhere") is None

    def test_are_disabled_and_enabled(self):
        with new_database("python-toggled") as store:
            send = store.maintenance.server.send
            assert send(ToggleDatabasesStateOperation(store.database, True)).disabled

            eventually("the database to be refused", lambda: "disabled" in refusal_of(store.database))
            assert not send(ToggleDatabasesStateOperation(store.database, False)).disabled
            eventually("the database to be back", lambda: refusal_of(store.database) == "")

    def test_have_settings(self, store, send):
        key = "Indexing.MapTimeoutInSec"
        send(PutDatabaseSettingsOperation(store.database, {key: "20"}))
        assert send(GetDatabaseSettingsOperation(store.database)).settings[key] == "20"

    def test_tell_clients_how_to_behave(self, store, send):
        configuration = ClientConfiguration()
        configuration.max_number_of_requests_per_session = 3
        send(PutClientConfigurationOperation(configuration))
        assert send(GetClientConfigurationOperation()).configuration.max_number_of_requests_per_session == 3

        def loads_of_a_session():
            with store.open_session() as session:
                for i in range(5):
                    try:
                        session.load(f"users/{i}", User)
                    except ValueError:
                        return i
                return 5

        eventually("the client to follow", lambda: loads_of_a_session() == 3)
        disabled = ClientConfiguration()
        disabled.disabled = True
        send(PutClientConfigurationOperation(disabled))


class TestServer:
    def test_tells_its_version(self, store):
        assert store.maintenance.server.send(GetBuildNumberOperation()).full_version[0].isdigit()

    def test_tells_how_it_logs(self, store):
        assert store.maintenance.server.send(GetLogsConfigurationOperation())
