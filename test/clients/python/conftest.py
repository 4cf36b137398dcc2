import pytest

from cluster import new_database


@pytest.fixture(scope="module")
def store(request):
    """A store for a database of the module's own."""
    name = request.module.__name__.removeprefix("test_").replace("_", "-")
    with new_database(f"python-{name}") as store:
        yield store


@pytest.fixture
def session(store):
    with store.open_session() as session:
        yield session
