package org.ravencluster.clients;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import net.ravendb.client.documents.indexes.AbstractIndexCreationTask;
import net.ravendb.client.documents.indexes.AbstractJavaScriptIndexCreationTask;
import net.ravendb.client.documents.indexes.FieldIndexing;
import net.ravendb.client.documents.indexes.FieldStorage;
import net.ravendb.client.documents.indexes.FieldTermVector;
import net.ravendb.client.documents.indexes.IndexDefinition;
import net.ravendb.client.documents.indexes.IndexLockMode;
import net.ravendb.client.documents.indexes.IndexPriority;
import net.ravendb.client.documents.indexes.IndexRunningStatus;
import net.ravendb.client.documents.indexes.IndexState;
import net.ravendb.client.documents.operations.indexes.*;
import net.ravendb.client.documents.queries.facets.FacetValue;
import net.ravendb.client.documents.queries.facets.RangeBuilder;
import net.ravendb.client.documents.queries.highlighting.Highlightings;
import net.ravendb.client.documents.queries.moreLikeThis.MoreLikeThisOptions;
import net.ravendb.client.documents.session.IDocumentQuery;
import net.ravendb.client.documents.session.IDocumentSession;
import net.ravendb.client.exceptions.RavenException;
import net.ravendb.client.primitives.Reference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Static indexes in C# and JavaScript, the queries that only they answer, and operations on them. */
class IndexesTest extends DatabaseTest {
  public static class UsersByAll extends AbstractIndexCreationTask {
    public UsersByAll() {
      map =
          "from u in docs.Users select new { u.name, u.age, u.city, u.tags, u.bio, "
              + "place = CreateSpatialField((double?) u.latitude, (double?) u.longitude) }";
      index("bio", FieldIndexing.SEARCH);
      store("bio", FieldStorage.YES);
      termVector("bio", FieldTermVector.WITH_POSITIONS_AND_OFFSETS);
      suggestion("name");
    }
  }

  public static class CityTotals extends AbstractIndexCreationTask {
    public CityTotals() {
      map = "docs.Users.Select(u => new { city = u.city, count = 1, total = u.age })";
      reduce =
          "from r in results group r by r.city into g "
              + "select new { city = g.Key, count = g.Sum(x => x.count), total = g.Sum(x => x.total) }";
    }
  }

  public static class CityTotalsJs extends AbstractJavaScriptIndexCreationTask {
    public CityTotalsJs() {
      setMaps(Set.of("map('Users', u => ({ city: u.city, count: 1, total: u.age }))"));
      setReduce(
          "groupBy(x => x.city).aggregate(g => ({ city: g.key,"
              + " count: g.values.reduce((sum, x) => sum + x.count, 0),"
              + " total: g.values.reduce((sum, x) => sum + x.total, 0) }))");
    }
  }

  public static class Row {
    public String city;
    public int count;
    public int total;
  }

  @BeforeAll
  void index() {
    User.all().forEach(this::save);
    new UsersByAll().execute(store);
    new CityTotals().execute(store);
    new CityTotalsJs().execute(store);
  }

  private static IDocumentQuery<User> indexed(IDocumentSession session) {
    return session.query(User.class, UsersByAll.class).waitForNonStaleResults(Cluster.PATIENCE);
  }

  @Test
  void searchesNearAndFar() {
    try (IDocumentSession session = store.openSession()) {
      assertEquals(List.of("Ann Lee", "Bob"), User.names(indexed(session).search("bio", "fox").orderBy("name").toList()));
      assertEquals(List.of("Bob"), User.names(indexed(session).whereEquals("name", "bobb").fuzzy(0.5).toList()));
      assertEquals(List.of("Ann Lee"), User.names(indexed(session).search("bio", "quick fox").proximity(2).toList()));
      IDocumentQuery<User> both = indexed(session).whereEquals("tags", "red").intersect().whereEquals("city", "Rome");
      assertEquals(List.of("Ann Lee"), User.names(both.toList()));
      IDocumentQuery<User> near =
          indexed(session).withinRadiusOf("place", 5000, 41.8, 12.4).orderByDistance("place", 41.8, 12.4);
      assertEquals(List.of("Cid O'Neil", "Ann Lee", "Bob"), User.names(near.toList()));
      IDocumentQuery<User> inside =
          indexed(session).spatial("place", where -> where.intersects("Circle(12.5 41.9 d=5)"));
      assertEquals(List.of("Ann Lee"), User.names(inside.toList()));
    }
  }

  private static List<String> shown(List<Row> rows) {
    return rows.stream().map(row -> row.city + " " + row.count + " " + row.total).sorted().toList();
  }

  @Test
  void reduces() {
    List<String> expected = List.of("Oslo 1 41", "Rome 2 47", "null 1 30");
    try (IDocumentSession session = store.openSession()) {
      for (String name : List.of("CityTotals", "CityTotalsJs")) {
        var rows = session.query(Row.class, net.ravendb.client.documents.queries.Query.index(name));
        assertEquals(expected, shown(rows.waitForNonStaleResults(Cluster.PATIENCE).toList()), name);
      }
    }
  }

  @Test
  void countsFacets() {
    try (IDocumentSession session = store.openSession()) {
      RangeBuilder<Integer> age = RangeBuilder.forPath("age");
      var found =
          indexed(session)
              .aggregateBy(facet -> facet.byField("city").sumOn("age").maxOn("age"))
              .andAggregateBy(facet -> facet.byRanges(age.isLessThan(20), RangeBuilder.<Integer>forPath("age").isGreaterThanOrEqualTo(20)))
              .execute();
      List<String> cities =
          found.get("city").getValues().stream()
              .map(value -> value.getRange() + " " + value.getCount() + " " + value.getSum() + " " + value.getMax())
              .sorted()
              .toList();
      assertEquals(List.of("NULL_VALUE 1 30.0 30.0", "oslo 1 41.0 41.0", "rome 2 47.0 30.0"), cities);
      assertEquals(List.of(1, 3), found.get("age").getValues().stream().map(FacetValue::getCount).toList());
    }
  }

  @Test
  void suggestsHighlightsAndFindsWhatIsAlike() {
    try (IDocumentSession session = store.openSession()) {
      var suggestions = indexed(session).suggestUsing(suggest -> suggest.byField("name", "bop")).execute();
      assertEquals(List.of("bob"), suggestions.get("name").getSuggestions());
      Reference<Highlightings> highlightings = new Reference<>();
      indexed(session).highlight("bio", 128, 1, highlightings).search("bio", "fox").toList();
      String[] fragments = highlightings.value.getFragments("users/ann");
      assertEquals(1, fragments.length);
      assertTrue(fragments[0].contains(">fox</b>"), fragments[0]);
      MoreLikeThisOptions options = new MoreLikeThisOptions();
      options.setMinimumDocumentFrequency(1);
      options.setMinimumTermFrequency(1);
      List<User> alike =
          indexed(session)
              .moreLikeThis(
                  like -> like.usingDocument(where -> where.whereEquals("id()", "users/ann")).withOptions(options))
              .toList();
      assertEquals(List.of("Bob", "Cid O'Neil"), User.sortedNames(alike));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "from u in docs.Users select new { u.name",
        "from u in docs.Users select new { now = DateTime.Now }",
        "map('Users', u => ({ name: "
      })
  void tellsMistakesOfDefinitions(String map) {
    IndexDefinition definition = new IndexDefinition();
    definition.setName("Wrong");
    definition.setMaps(Set.of(map));
    assertThrows(RavenException.class, () -> store.maintenance().send(new PutIndexesOperation(definition)));
  }

  @Test
  void administers() {
    var maintenance = store.maintenance();
    String name = new UsersByAll().getIndexName();
    inSession(session -> indexed(session).toList());
    assertTrue(Arrays.asList(maintenance.send(new GetIndexNamesOperation(0, 100))).contains(name));
    IndexDefinition definition = maintenance.send(new GetIndexOperation(name));
    assertEquals(name, definition.getName());
    assertEquals(false, maintenance.send(new IndexHasChangedOperation(definition)));
    assertEquals(4, maintenance.send(new GetIndexStatisticsOperation(name)).getEntriesCount());
    assertArrayEquals(
        new String[] {"NULL_VALUE", "oslo", "rome"}, maintenance.send(new GetTermsOperation(name, "city", null, 10)));
    assertEquals(0, maintenance.send(new GetIndexErrorsOperation(new String[] {name}))[0].getErrors().length);
    maintenance.send(new StopIndexOperation(name));
    assertEquals(IndexRunningStatus.PAUSED, statusOf(name));
    maintenance.send(new StartIndexOperation(name));
    assertEquals(IndexRunningStatus.RUNNING, statusOf(name));
    maintenance.send(new DisableIndexOperation(name));
    assertEquals(IndexState.DISABLED, maintenance.send(new GetIndexStatisticsOperation(name)).getState());
    maintenance.send(new EnableIndexOperation(name));
    maintenance.send(new SetIndexesLockOperation(name, IndexLockMode.LOCKED_IGNORE));
    maintenance.send(new SetIndexesPriorityOperation(name, IndexPriority.HIGH));
    definition = maintenance.send(new GetIndexOperation(name));
    assertEquals(IndexLockMode.LOCKED_IGNORE, definition.getLockMode());
    assertEquals(IndexPriority.HIGH, definition.getPriority());
    maintenance.send(new SetIndexesLockOperation(name, IndexLockMode.UNLOCK));
    maintenance.send(new ResetIndexOperation(name));
    assertEquals(4, inSession(session -> indexed(session).toList()).size());
  }

  private IndexRunningStatus statusOf(String name) {
    var statuses = store.maintenance().send(new GetIndexingStatusOperation()).getIndexes();
    return Arrays.stream(statuses).filter(one -> one.getName().equals(name)).findAny().orElseThrow().getStatus();
  }
}
