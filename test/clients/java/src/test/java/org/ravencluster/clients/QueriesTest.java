package org.ravencluster.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import net.ravendb.client.documents.operations.compareExchange.PutCompareExchangeValueOperation;
import net.ravendb.client.documents.queries.QueryData;
import net.ravendb.client.documents.queries.SearchOperator;
import net.ravendb.client.documents.queries.spatial.PointField;
import net.ravendb.client.documents.queries.timings.QueryTimings;
import net.ravendb.client.documents.session.GroupByField;
import net.ravendb.client.documents.session.IDocumentQuery;
import net.ravendb.client.documents.session.IDocumentSession;
import net.ravendb.client.documents.session.OrderingType;
import net.ravendb.client.documents.session.QueryStatistics;
import net.ravendb.client.exceptions.RavenException;
import net.ravendb.client.primitives.Reference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries of collections, which are answered by auto indexes: conditions, orders, projections, groups, includes. */
class QueriesTest extends DatabaseTest {
  private static final String ANN = "Ann Lee";
  private static final String BOB = "Bob";
  private static final String CID = "Cid O'Neil";
  private static final String DAN = "Dän";

  @BeforeAll
  void storeUsers() {
    User.all().forEach(this::save);
  }

  private static IDocumentQuery<User> users(IDocumentSession session) {
    return session.query(User.class).waitForNonStaleResults(Cluster.PATIENCE);
  }

  private interface Condition extends UnaryOperator<IDocumentQuery<User>> {}

  private static Arguments row(String name, Condition condition, String... expected) {
    return arguments(name, condition, List.of(expected));
  }

  static Stream<Arguments> conditions() {
    PointField point = new PointField("latitude", "longitude");
    return Stream.of(
        row("all", q -> q, ANN, BOB, CID, DAN),
        row("equals, whatever the case", q -> q.whereEquals("city", "rome"), ANN, CID),
        row("exactly, of another case", q -> q.whereEquals("city", "rome", true)),
        row("exactly", q -> q.whereEquals("city", "Rome", true), ANN, CID),
        row("not equals", q -> q.whereNotEquals("city", "Rome"), BOB, DAN),
        row("null", q -> q.whereEquals("city", (Object) null), DAN),
        row("a truth value", q -> q.whereEquals("active", true), ANN),
        row("in numbers", q -> q.whereIn("age", List.of(17, 41, 99)), BOB, CID),
        row("in texts", q -> q.whereIn("name", List.of("bob", "ANN LEE")), ANN, BOB),
        row("in nothing", q -> q.whereIn("name", List.of())),
        row("starts with", q -> q.whereStartsWith("name", "a"), ANN),
        row("ends with", q -> q.whereEndsWith("name", "L"), CID),
        row("between", q -> q.whereBetween("age", 17, 30), ANN, CID, DAN),
        row("greater", q -> q.whereGreaterThan("age", 30), BOB),
        row("greater or equal", q -> q.whereGreaterThanOrEqual("age", 30), ANN, BOB, DAN),
        row("less", q -> q.whereLessThan("age", 30), CID),
        row("less or equal", q -> q.whereLessThanOrEqual("age", 30), ANN, CID, DAN),
        row("after a date", q -> q.whereGreaterThan("born", new Date(473_385_600_000L)), ANN),
        row("exists", q -> q.whereExists("address.street.number"), ANN),
        row("a path", q -> q.whereEquals("address.street.number", 5), ANN),
        row("regex", q -> q.whereRegex("name", "^[ab]"), ANN, BOB),
        row("search", q -> q.search("bio", "fox cow"), ANN, BOB, CID),
        row("search for all", q -> q.search("bio", "quick fox", SearchOperator.AND), ANN),
        row("negated", q -> q.whereExists("name").andAlso().negateNext().whereEquals("age", 30), BOB, CID),
        row(
            "subclauses",
            q ->
                q.openSubclause()
                    .whereEquals("age", 30)
                    .andAlso()
                    .whereEquals("city", "Rome")
                    .closeSubclause()
                    .orElse()
                    .whereEquals("age", 17),
            ANN,
            CID),
        row("any of a list", q -> q.containsAny("tags", List.of("red", "green")), ANN, CID),
        row("all of a list", q -> q.containsAll("tags", List.of("red", "blue")), ANN),
        row("an id", q -> q.whereEquals("id()", "users/bob"), BOB),
        row("ids by prefix", q -> q.whereStartsWith("id()", "users/c"), CID),
        row("near a point", q -> q.spatial(point, where -> where.withinRadius(50, 41.9, 12.5)), ANN, CID),
        row("filtered", q -> q.filter(where -> where.equals("city", "Rome")), ANN, CID));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("conditions")
  void findsWhatIs(String name, Condition condition, List<String> expected) {
    assertEquals(expected, inSession(session -> User.sortedNames(condition.apply(users(session)).toList())));
  }

  static Stream<Arguments> orders() {
    PointField point = new PointField("latitude", "longitude");
    return Stream.of(
        row("as text", q -> q.orderBy("name"), ANN, BOB, CID, DAN),
        row("by two", q -> q.orderBy("age", OrderingType.LONG).orderByDescending("name"), CID, DAN, ANN, BOB),
        row("backwards", q -> q.orderByDescending("age", OrderingType.DOUBLE).orderBy("name"), BOB, ANN, DAN, CID),
        row("by distance", q -> q.whereGreaterThan("latitude", 0).orderByDistance(point, 59, 11), BOB, ANN, CID),
        row("a page", q -> q.orderBy("name").skip(1).take(2), BOB, CID));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("orders")
  void orders(String name, Condition order, List<String> expected) {
    assertEquals(expected, inSession(session -> User.names(order.apply(users(session)).toList())));
  }

  @Test
  void tellsFirstSingleCountAndAny() {
    try (IDocumentSession session = store.openSession()) {
      assertEquals(CID, users(session).orderBy("age", OrderingType.LONG).first().name);
      assertEquals(BOB, users(session).whereEquals("name", "Bob").single().name);
      assertThrows(IllegalStateException.class, () -> users(session).whereEquals("city", "Rome").single());
      assertEquals(2, users(session).whereEquals("city", "Rome").count());
      assertFalse(users(session).whereEquals("city", "Paris").any());
    }
  }

  @Test
  void tellsStatisticsAndTimings() {
    Reference<QueryStatistics> statistics = new Reference<>();
    Reference<QueryTimings> timings = new Reference<>();
    List<User> found =
        inSession(s -> users(s).whereEquals("city", "Rome").take(1).statistics(statistics).timings(timings).toList());
    assertEquals(1, found.size());
    assertEquals(2, statistics.value.getTotalResults());
    assertFalse(statistics.value.isStale());
    assertTrue(statistics.value.getIndexName().startsWith("Auto/Users/By"));
    assertTrue(timings.value.getDurationInMs() >= 0);
  }

  public static class Projected {
    public String name;
    public Integer age;
    public String city;
    public Integer count;
    public Integer total;
  }

  private static List<String> shown(List<Projected> all) {
    return all.stream().map(one -> one.name + " " + one.age).toList();
  }

  @Test
  void projects() {
    try (IDocumentSession session = store.openSession()) {
      List<String> expected = List.of(ANN + " 30", CID + " 17");
      IDocumentQuery<User> rome = users(session).whereEquals("city", "Rome").orderBy("name");
      assertEquals(expected, shown(rome.selectFields(Projected.class, "name", "age").toList()));
      QueryData script = QueryData.customFunction("user", "{ name: user.name, age: user.age }");
      IDocumentQuery<User> again = users(session).whereEquals("city", "Rome").orderBy("name");
      assertEquals(expected, shown(again.selectFields(Projected.class, script).toList()));
      List<String> cities = users(session).selectFields(String.class, "city").distinct().toList();
      assertEquals(3, cities.size());
    }
  }

  @Test
  void groups() {
    try (IDocumentSession session = store.openSession()) {
      GroupByField total = new GroupByField();
      total.setFieldName("age");
      total.setProjectedName("total");
      List<Projected> found =
          users(session)
              .groupBy("city")
              .selectKey("city")
              .selectSum(total)
              .whereGreaterThan("total", 35)
              .ofType(Projected.class)
              .toList();
      assertEquals(
          List.of("Oslo 41", "Rome 47"), found.stream().map(one -> one.city + " " + one.total).sorted().toList());
    }
  }

  @Test
  void includes() {
    try (IDocumentSession session = store.openSession()) {
      User bob = users(session).include("friend").whereEquals("name", "Bob").single();
      int before = session.advanced().getNumberOfRequests();
      assertEquals(ANN, session.load(User.class, bob.friend).name);
      assertEquals(before, session.advanced().getNumberOfRequests());
    }
  }

  private <T> List<T> raw(Class<T> kind, String text) {
    return inSession(s -> s.advanced().rawQuery(kind, text).waitForNonStaleResults(Cluster.PATIENCE).toList());
  }

  @Test
  void takesTexts() {
    String loads =
        "from Users as u where u.age > 17 order by u.name load u.friend as f "
            + "select { name: f == null ? u.name : f.name, age: u.age }";
    assertEquals(List.of(ANN + " 30", ANN + " 41", DAN + " 30"), shown(raw(Projected.class, loads)));
    String declares =
        "declare function shout(x) { return { name: x.name.toUpperCase(), age: x.age } } "
            + "from Users as u where u.age = 41 select shout(u)";
    assertEquals(List.of("BOB 41"), shown(raw(Projected.class, declares)));
    try (IDocumentSession session = store.openSession()) {
      var query = session.advanced().rawQuery(User.class, "from Users where age > $age order by name");
      assertEquals(List.of(ANN, BOB, DAN), User.names(query.addParameter("age", 17).toList()));
    }
  }

  @Test
  void comparesWithCompareExchangeValues() {
    store.operations().send(new PutCompareExchangeValueOperation<>("city-of-the-day", "Oslo", 0));
    assertEquals(List.of(BOB), User.names(raw(User.class, "from Users where city = cmpxchg('city-of-the-day')")));
  }

  @Test
  void streams() {
    List<String> cities = new ArrayList<>();
    try (IDocumentSession session = store.openSession();
        var results = session.advanced().stream(session.query(User.class).whereEquals("city", "Rome"))) {
      results.forEachRemaining(result -> cities.add(result.getDocument().city));
    }
    assertEquals(List.of("Rome", "Rome"), cities);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "from Users where",
        "from Users where age = = 1",
        "from index 'Nope'",
        "from Users select nope(1)",
        "from Users where age > $missing"
      })
  void namesMistakes(String text) {
    assertThrows(RavenException.class, () -> raw(User.class, text));
  }
}
