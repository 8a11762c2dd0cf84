package io.inmesh.runtime.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.inmesh.config.Balancing.HashFunction;
import io.inmesh.config.Balancing.Maglev;
import io.inmesh.config.Balancing.RingHash;
import io.inmesh.config.Locality;
import io.inmesh.runtime.balance.Hosts.TestHost;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Against the tables that Envoy's own tests give. */
class HashTablesTest {
  private static HashShares shares(List<TestHost> hosts, boolean useHostname) {
    Level level = Level.of(List.of(new Group(Locality.NONE, 0, 0, hosts)), Locality.NONE).get(0);
    return HashShares.of(level, false, false, useHostname);
  }

  private static int[] table(HashTable table, int size) {
    var places = new int[size];
    for (int i = 0; i < size; i++) {
      places[i] = table.choose(i, 0);
    }
    return places;
  }

  @Test
  void maglevTableOfSeven() {
    List<TestHost> hosts = Hosts.weighted(90, 1, 1, 1, 1, 1, 1);
    assertThat(table(MaglevTable.of(shares(hosts, false), 7), 7))
        .containsExactly(2, 4, 0, 1, 5, 0, 3);
  }

  @Test
  void maglevTableByHostname() {
    List<TestHost> hosts = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      hosts.add(Hosts.host(90 + i, 1, String.valueOf(90 + i), Map.of()));
    }
    assertThat(table(MaglevTable.of(shares(hosts, true), 7), 7))
        .containsExactly(2, 5, 0, 3, 4, 1, 0);
  }

  @Test
  void maglevWeightsAreSharesOfTheTable() {
    List<TestHost> hosts = Hosts.weighted(90, 1, 2, 5);
    var counts = new int[3];
    for (int place : table(MaglevTable.of(shares(hosts, false), 65537), 65537)) {
      counts[place]++;
    }
    assertThat(counts[0]).isCloseTo(8192, within(2));
    assertThat(counts[1]).isCloseTo(16384, within(2));
    assertThat(counts[2]).isCloseTo(40961, within(2));
  }

  @Test
  void aTableOfManyHostsHoldsTheirPlacesToo() {
    var weights = new int[300];
    Arrays.fill(weights, 1);
    int[] table = table(MaglevTable.of(shares(Hosts.weighted(1000, weights), false), 5003), 5003);
    assertThat(Arrays.stream(table).distinct().count()).isEqualTo(300);
  }

  /** Hashes just below, at and above the points that Envoy's test lists, in its order. */
  @Test
  void ringOfTwelve() {
    var config = new RingHash(12, 12, HashFunction.XX_HASH, false, 0);
    Ring ring = Ring.of(shares(Hosts.weighted(90, 1, 1, 1, 1, 1, 1), false), config);
    assertThat(ring.size()).isEqualTo(12);
    assertThat(ring.choose(0, 0)).isEqualTo(4);
    assertThat(ring.choose(-1L, 0)).as("wraps").isEqualTo(4);
    assertThat(ring.choose(3551244743356806947L, 0)).isEqualTo(5);
    assertThat(ring.choose(3551244743356806948L, 0)).isEqualTo(3);
    assertThat(ring.choose(0, 1)).as("the next on the ring").isEqualTo(2);
  }

  @Test
  void ringOfMurmurHashes() {
    var config = new RingHash(12, 8388608, HashFunction.MURMUR_HASH_2, false, 0);
    Ring ring = Ring.of(shares(Hosts.weighted(80, 1, 1, 1, 1, 1, 1), false), config);
    assertThat(ring.size()).isEqualTo(12);
    assertThat(ring.choose(0, 0)).isEqualTo(5);
    assertThat(ring.choose(1358027074129602068L, 0)).isEqualTo(5);
    assertThat(ring.choose(1358027074129602069L, 0)).isEqualTo(3);
  }

  @Test
  void aKeyInTheMetadataComesBeforeNameAndAddress() {
    HashShares shares =
        shares(
            List.of(
                Hosts.host(1, 1, "name", Map.of("hash_key", "key")),
                Hosts.host(2, 1, "name", Map.of("hash_key", "")),
                Hosts.host(3, 1, "", Map.of())),
            true);
    assertThat(List.of(shares.key(0), shares.key(1), shares.key(2)))
        .containsExactly("key", "name", "127.0.0.1:3");
  }

  @Test
  void aTableWhoseHostsStayTheSameIsNotBuiltAgain() {
    var tables = new HashTables(new Maglev(251, false, 0));
    HashTable first = tables.table("a", shares(Hosts.weighted(90, 1, 1), false));
    tables.turn();
    assertThat(tables.table("a", shares(Hosts.weighted(90, 1, 1), false))).isSameAs(first);
    tables.turn();
    assertThat(tables.table("a", shares(Hosts.weighted(90, 1, 2), false))).isNotSameAs(first);
    tables.turn();
    tables.turn();
    assertThat(tables.table("a", shares(Hosts.weighted(90, 1, 2), false))).isNotSameAs(first);
  }

  @Test
  void mersenneTwisterGivesThePublishedNumbers() {
    var random = new MersenneTwister(5489);
    assertThat(Integer.toUnsignedLong(random.next())).isEqualTo(3499211612L);
    assertThat(Integer.toUnsignedLong(random.next())).isEqualTo(581869302L);
    for (int i = 2; i < 9_999; i++) {
      random.next();
    }
    assertThat(Integer.toUnsignedLong(random.next())).isEqualTo(4123659995L);
  }
}
