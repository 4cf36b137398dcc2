package org.ravencluster.clients;

import java.util.Date;
import java.util.List;
import java.util.Map;

/** What the tests store, in the collection Users: a bean, as the client wants it. */
public class User {
  public String id;
  public String name;
  public Integer age;
  public String city;
  public List<String> tags;
  public String bio;
  public String friend;
  public Date born;
  public Boolean active;
  public Map<String, Object> address;
  public Double latitude;
  public Double longitude;

  public User() {}

  public User(String name, Integer age, String city) {
    this.name = name;
    this.age = age;
    this.city = city;
  }

  public String getId() {
    return id;
  }

  public void setId(String id) {
    this.id = id;
  }

  public String getName() {
    return name;
  }

  public void setName(String name) {
    this.name = name;
  }

  public Integer getAge() {
    return age;
  }

  public void setAge(Integer age) {
    this.age = age;
  }

  public String getCity() {
    return city;
  }

  public void setCity(String city) {
    this.city = city;
  }

  public List<String> getTags() {
    return tags;
  }

  public void setTags(List<String> tags) {
    this.tags = tags;
  }

  public String getBio() {
    return bio;
  }

  public void setBio(String bio) {
    this.bio = bio;
  }

  public String getFriend() {
    return friend;
  }

  public void setFriend(String friend) {
    this.friend = friend;
  }

  public Date getBorn() {
    return born;
  }

  public void setBorn(Date born) {
    this.born = born;
  }

  public Boolean getActive() {
    return active;
  }

  public void setActive(Boolean active) {
    this.active = active;
  }

  public Map<String, Object> getAddress() {
    return address;
  }

  public void setAddress(Map<String, Object> address) {
    this.address = address;
  }

  public Double getLatitude() {
    return latitude;
  }

  public void setLatitude(Double latitude) {
    this.latitude = latitude;
  }

  public Double getLongitude() {
    return longitude;
  }

  public void setLongitude(Double longitude) {
    this.longitude = longitude;
  }

  /** Ann, Bob, Cid and Dän under their names. */
  static Map<String, User> all() {
    User ann = new User("Ann Lee", 30, "Rome");
    ann.tags = List.of("red", "Blue");
    ann.bio = "The quick brown fox";
    ann.born = new Date(631_152_000_000L);
    ann.active = true;
    ann.address = Map.of("zip", "00100", "street", Map.of("number", 5));
    ann.latitude = 41.9;
    ann.longitude = 12.5;
    User bob = new User("Bob", 41, "Oslo");
    bob.tags = List.of();
    bob.bio = "lazy dogs and a fox";
    bob.friend = "users/ann";
    bob.born = new Date(326_444_889_000L);
    bob.active = false;
    bob.latitude = 59.9;
    bob.longitude = 10.7;
    User cid = new User("Cid O'Neil", 17, "Rome");
    cid.tags = List.of("green");
    cid.bio = "a brown cow";
    cid.friend = "users/bob";
    cid.latitude = 41.8;
    cid.longitude = 12.4;
    User dan = new User("Dän", 30, null);
    dan.friend = "users/nobody";
    return Map.of("users/ann", ann, "users/bob", bob, "users/cid", cid, "users/dan", dan);
  }

  static List<String> names(List<User> users) {
    return users.stream().map(user -> user.name).toList();
  }

  static List<String> sortedNames(List<User> users) {
    return users.stream().map(user -> user.name).sorted().toList();
  }
}
