package org.ravencluster.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import net.ravendb.client.documents.operations.compareExchange.CompareExchangeResult;
import net.ravendb.client.documents.operations.compareExchange.DeleteCompareExchangeValueOperation;
import net.ravendb.client.documents.operations.compareExchange.GetCompareExchangeValueOperation;
import net.ravendb.client.documents.operations.compareExchange.GetCompareExchangeValuesOperation;
import net.ravendb.client.documents.operations.compareExchange.PutCompareExchangeValueOperation;
import net.ravendb.client.documents.operations.identities.GetIdentitiesOperation;
import net.ravendb.client.documents.operations.identities.NextIdentityForOperation;
import net.ravendb.client.documents.operations.identities.SeedIdentityForOperation;
import net.ravendb.client.documents.session.IDocumentSession;
import net.ravendb.client.documents.session.SessionOptions;
import net.ravendb.client.documents.session.TransactionMode;
import net.ravendb.client.exceptions.ConcurrencyException;
import org.junit.jupiter.api.Test;

/** What all nodes agree on: compare-exchange values, cluster-wide transactions, identities. */
class ClusterWideTest extends DatabaseTest {
  ClusterWideTest() {
    super(Cluster.URLS.length);
  }

  private IDocumentSession clusterWide() {
    SessionOptions options = new SessionOptions();
    options.setTransactionMode(TransactionMode.CLUSTER_WIDE);
    return store.openSession(options);
  }

  private CompareExchangeResult<String> put(String key, String value, long index) {
    return store.operations().send(new PutCompareExchangeValueOperation<>(key, value, index));
  }

  @Test
  void putsChangesAndDeletesValuesAtTheirIndexOnly() {
    var created = put("key", "one", 0);
    assertTrue(created.isSuccessful());
    var refused = put("key", "two", 0);
    assertFalse(refused.isSuccessful());
    assertEquals("one", refused.getValue());
    var changed = put("key", "two", created.getIndex());
    assertTrue(changed.isSuccessful());
    var get = new GetCompareExchangeValueOperation<>(String.class, "key");
    assertEquals("two", store.operations().send(get).getValue());
    var stale = new DeleteCompareExchangeValueOperation<>(String.class, "key", created.getIndex());
    assertFalse(store.operations().send(stale).isSuccessful());
    var delete = new DeleteCompareExchangeValueOperation<>(String.class, "key", changed.getIndex());
    assertTrue(store.operations().send(delete).isSuccessful());
    assertNull(store.operations().send(get));
  }

  @Test
  void readsManyValues() {
    for (int i = 0; i < 3; i++) put("many/" + i, "" + i, 0);
    var prefixed = new GetCompareExchangeValuesOperation<>(String.class, "many/", 1, 9);
    assertEquals(2, store.operations().send(prefixed).size());
    var named = new GetCompareExchangeValuesOperation<>(String.class, new String[] {"many/1", "many/9"});
    assertEquals("1", store.operations().send(named).get("many/1").getValue());
    assertNull(store.operations().send(named).get("many/9").getValue());
  }

  @Test
  void writesDocumentsAndValuesTogether() {
    try (IDocumentSession session = clusterWide()) {
      session.store(new User("Ada", 36, null), "users/ada");
      session.advanced().clusterTransaction().createCompareExchangeValue("emails/ada", "users/ada");
      session.saveChanges();
    }
    try (IDocumentSession session = clusterWide()) {
      session.load(User.class, "users/ada").age = 37;
      var value = session.advanced().clusterTransaction().getCompareExchangeValue(String.class, "emails/ada");
      value.setValue("changed");
      session.saveChanges();
    }
    try (IDocumentSession session = clusterWide()) {
      assertEquals(37, session.load(User.class, "users/ada").age);
      var transaction = session.advanced().clusterTransaction();
      var lazy = transaction.lazily().getCompareExchangeValue(String.class, "emails/ada");
      assertEquals("changed", lazy.getValue().getValue());
      transaction.deleteCompareExchangeValue(lazy.getValue());
      session.delete("users/ada");
      session.saveChanges();
    }
    try (IDocumentSession session = clusterWide()) {
      assertNull(session.load(User.class, "users/ada"));
      var transaction = session.advanced().clusterTransaction();
      assertNull(transaction.getCompareExchangeValue(String.class, "emails/ada"));
    }
  }

  @Test
  void refusesTheSecondOfTwo() {
    try (IDocumentSession session = clusterWide()) {
      session.store(new User("Twice", 1, null), "users/twice");
      session.saveChanges();
    }
    try (IDocumentSession first = clusterWide();
        IDocumentSession second = clusterWide()) {
      first.load(User.class, "users/twice").age = 2;
      second.load(User.class, "users/twice").age = 3;
      first.saveChanges();
      assertThrows(ConcurrencyException.class, second::saveChanges);
    }
    try (IDocumentSession session = clusterWide()) {
      assertEquals(2, session.load(User.class, "users/twice").age);
    }
  }

  @Test
  void refusesAValueThatIsThere() {
    put("unique", "first", 0);
    try (IDocumentSession session = clusterWide()) {
      session.store(new User("Unique", 1, null), "users/unique");
      session.advanced().clusterTransaction().createCompareExchangeValue("unique", "second");
      assertThrows(ConcurrencyException.class, session::saveChanges);
    }
    assertNull(load("users/unique"));
  }

  @Test
  void countsIdentities() {
    var maintenance = store.maintenance();
    assertEquals(1L, maintenance.send(new NextIdentityForOperation("invoices|")));
    assertEquals(2L, maintenance.send(new NextIdentityForOperation("invoices|")));
    assertEquals(100L, maintenance.send(new SeedIdentityForOperation("invoices|", 100L)));
    assertEquals(5L, maintenance.send(new SeedIdentityForOperation("invoices|", 5L, true)));
    assertEquals(Map.of("invoices|", 5L), maintenance.send(new GetIdentitiesOperation()));
  }
}
