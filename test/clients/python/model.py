"""What the tests store. The client names the collections Users and Orders."""

from datetime import datetime


class User:
    def __init__(self, name=None, age=None, city=None, **more):
        self.name = name
        self.age = age
        self.city = city
        self.tags = more.get("tags")
        self.bio = more.get("bio")
        self.friend = more.get("friend")
        self.born = more.get("born")
        self.is_active = more.get("is_active")
        self.address = more.get("address")
        self.latitude = more.get("latitude")
        self.longitude = more.get("longitude")


class Order:
    def __init__(self, customer=None, total=None):
        self.customer = customer
        self.total = total


USERS = {
    "users/ann": User(
        "Ann Lee",
        30,
        "Rome",
        tags=["red", "Blue"],
        bio="The quick brown fox",
        born=datetime(1990, 1, 2),
        is_active=True,
        address={"zip": "00100", "street": {"number": 5}},
        latitude=41.9,
        longitude=12.5,
    ),
    "users/bob": User(
        "Bob",
        41,
        "Oslo",
        tags=[],
        bio="lazy dogs and a fox",
        friend="users/ann",
        born=datetime(1980, 5, 6, 7, 8, 9),
        is_active=False,
        address={"zip": "0150"},
        latitude=59.9,
        longitude=10.7,
    ),
    "users/cid": User(
        "Cid O'Neil",
        17,
        "Rome",
        tags=["green"],
        bio="a brown cow",
        friend="users/bob",
        latitude=41.8,
        longitude=12.4,
    ),
    "users/dan": User("Dän", 30, friend="users/nobody"),
}


def store_users(store):
    with store.open_session() as session:
        for id, user in USERS.items():
            session.store(user, id)
        session.save_changes()


def names(users):
    return [user.name for user in users]
