package org.ravencluster.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.ravendb.client.documents.session.IDocumentSession;
import net.ravendb.client.exceptions.ConcurrencyException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents through sessions: what is stored is loaded, by every way that a session has. */
class SessionsTest extends DatabaseTest {
  @Test
  void storesLoadsChangesAndDeletes() {
    User ada = new User("Ada", 36, "London");
    ada.tags = List.of("x", "ü€");
    save("users/ada", ada);
    try (IDocumentSession session = store.openSession()) {
      User loaded = session.load(User.class, "users/ada");
      assertEquals(List.of("x", "ü€"), loaded.tags);
      loaded.age = 37;
      assertTrue(session.advanced().hasChanged(loaded));
      session.saveChanges();
    }
    assertEquals(37, load("users/ada").age);
    try (IDocumentSession session = store.openSession()) {
      session.delete("users/ada");
      session.saveChanges();
      assertNull(session.load(User.class, "users/ada"));
      assertFalse(session.advanced().exists("users/ada"));
    }
  }

  @Test
  void loadsManyAtOnceAndTellsWhoIsMissing() {
    save("many/1", new User("One", 1, null));
    try (IDocumentSession session = store.openSession()) {
      Map<String, User> found = session.load(User.class, "many/1", "many/2");
      assertEquals("One", found.get("many/1").name);
      assertNull(found.get("many/2"));
      session.load(User.class, "many/1");
      assertEquals(1, session.advanced().getNumberOfRequests());
    }
  }

  @Test
  void givesIdsOfItsOwn() {
    try (IDocumentSession session = store.openSession()) {
      User byRange = new User("range", 1, null);
      User byIdentity = new User("identity", 1, null);
      User byEtag = new User("etag", 1, null);
      session.store(byRange);
      session.store(byIdentity, "invoices|");
      session.store(byEtag, "notes/");
      session.saveChanges();
      assertTrue(byRange.id.matches("users/\\d+-[ABC]"), byRange.id);
      assertEquals("invoices/1", byIdentity.id);
      assertTrue(byEtag.id.startsWith("notes/00000000"), byEtag.id);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b/c", "ü/€", "a%2Fb", "a+b?c=d&e#f", "quote'\"", "back\\slash"})
  void takesAnyId(String id) {
    save(id, new User("odd", 1, null));
    assertEquals("odd", load(id).name);
    assertEquals(true, this.<Boolean>inSession(session -> session.advanced().exists(id)));
  }

  @Test
  void keepsMetadata() {
    save("users/meta", new User("Meta", 1, null));
    try (IDocumentSession session = store.openSession()) {
      User meta = session.load(User.class, "users/meta");
      session.advanced().getMetadataFor(meta).put("colour", "red");
      session.saveChanges();
    }
    try (IDocumentSession session = store.openSession()) {
      User meta = session.load(User.class, "users/meta");
      var metadata = session.advanced().getMetadataFor(meta);
      assertEquals("red", metadata.get("colour"));
      assertEquals("Users", metadata.get("@collection"));
      assertNotNull(session.advanced().getLastModifiedFor(meta));
      assertNotNull(session.advanced().getChangeVectorFor(meta));
    }
  }

  @Test
  void refusesTheSecondOfTwoChangesWithOptimisticConcurrency() {
    save("users/twice", new User("Twice", 1, null));
    try (IDocumentSession first = store.openSession();
        IDocumentSession second = store.openSession()) {
      second.advanced().setUseOptimisticConcurrency(true);
      first.load(User.class, "users/twice").age = 2;
      second.load(User.class, "users/twice").age = 3;
      first.saveChanges();
      assertThrows(ConcurrencyException.class, second::saveChanges);
    }
    assertEquals(2, load("users/twice").age);
  }

  @Test
  void refusesToStoreWhatIsThere() {
    save("users/once", new User("Once", 1, null));
    try (IDocumentSession session = store.openSession()) {
      session.advanced().setUseOptimisticConcurrency(true);
      session.store(new User("Once", 2, null), "users/once");
      assertThrows(ConcurrencyException.class, session::saveChanges);
    }
  }

  @Test
  void loadsOnCondition() {
    save("users/cond", new User("Cond", 1, null));
    String known =
        inSession(session -> session.advanced().getChangeVectorFor(session.load(User.class, "users/cond")));
    assertNull(loadedUnless(known, "users/cond"));
    save("users/cond", new User("Cond", 2, null));
    assertEquals(2, loadedUnless(known, "users/cond").age);
    assertNull(loadedUnless(known, "users/never"));
  }

  private User loadedUnless(String changeVector, String id) {
    return inSession(session -> session.advanced().conditionalLoad(User.class, id, changeVector).getEntity());
  }

  @Test
  void refreshesAndEvicts() {
    save("users/fresh", new User("Fresh", 1, null));
    try (IDocumentSession session = store.openSession()) {
      User user = session.load(User.class, "users/fresh");
      save("users/fresh", new User("Fresh", 2, null));
      session.advanced().refresh(user);
      assertEquals(2, user.age);
      save("users/fresh", new User("Fresh", 3, null));
      session.advanced().evict(user);
      assertEquals(3, session.load(User.class, "users/fresh").age);
    }
  }

  @Test
  void includesWhatADocumentRefersTo() {
    User friend = new User("Friend", 1, null);
    save("users/friend", friend);
    User user = new User("User", 1, null);
    user.friend = "users/friend";
    save("users/with-friend", user);
    try (IDocumentSession session = store.openSession()) {
      User loaded = session.include("friend").load(User.class, "users/with-friend");
      assertEquals("Friend", session.load(User.class, loaded.friend).name);
      assertEquals(1, session.advanced().getNumberOfRequests());
    }
  }

  @Test
  void loadsAndStreamsByPrefix() {
    for (int i = 10; i < 30; i++) save("prefix/" + i, new User("" + i, i, null));
    List<String> page =
        inSession(s -> User.names(List.of(s.advanced().loadStartingWith(User.class, "prefix/", "1*|*9", 1, 3, "*5"))));
    assertEquals(List.of("11", "12", "13"), page);
    List<String> after =
        inSession(s -> User.names(List.of(s.advanced().loadStartingWith(User.class, "prefix/", null, 0, 9, null, "prefix/27"))));
    assertEquals(List.of("28", "29"), after);
    List<String> streamed = new ArrayList<>();
    try (IDocumentSession session = store.openSession();
        var stream = session.advanced().stream(User.class, "prefix/", "2*", 1, 2)) {
      stream.forEachRemaining(result -> streamed.add(result.getDocument().name));
    }
    assertEquals(List.of("21", "22"), streamed);
  }

  @Test
  void asksEverythingLazilyInOneRequest() {
    User second = new User("L2", 2, null);
    second.friend = "lazy/1";
    save("lazy/1", new User("L1", 1, null));
    save("lazy/2", second);
    try (IDocumentSession session = store.openSession()) {
      var lazily = session.advanced().lazily();
      var one = lazily.load(User.class, "lazy/1");
      var many = lazily.load(User.class, List.of("lazy/2", "lazy/9"));
      var prefixed = lazily.loadStartingWith(User.class, "lazy/");
      var query = session.query(User.class).waitForNonStaleResults(Cluster.PATIENCE).whereEquals("name", "L2");
      var found = query.lazily();
      var count = session.query(User.class).whereStartsWith("name", "L").countLazily();
      session.advanced().eagerly().executeAllPendingLazyOperations();
      assertEquals(1, session.advanced().getNumberOfRequests());
      assertEquals("L1", one.getValue().name);
      assertNull(many.getValue().get("lazy/9"));
      assertEquals(2, prefixed.getValue().size());
      assertEquals(List.of("L2"), User.names(found.getValue()));
      assertEquals(2, count.getValue());
    }
  }
}
