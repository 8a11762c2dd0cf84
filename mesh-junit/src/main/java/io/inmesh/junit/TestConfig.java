package io.inmesh.junit;

import io.inmesh.controlplane.config.ConfigFile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The configuration of a test's mesh: a file, and what the test has said over it.
 *
 * @param main the text of {@code mesh.yaml}
 * @param services sections of services, instead of those in the file
 * @param instances {@code HOST:PORT} of services, beside those in the file
 * @param files others beside it, by name
 */
record TestConfig(
    ConfigFile main,
    Map<ServiceName, String> services,
    Map<ServiceName, List<String>> instances,
    Map<String, String> files) {
  private static final String NOTHING = "apiVersion: inmesh.io/v1\n";

  TestConfig {
    services = Collections.unmodifiableMap(new TreeMap<>(services));
    instances = Collections.unmodifiableMap(new TreeMap<>(instances));
    files = Collections.unmodifiableMap(new TreeMap<>(files));
  }

  static TestConfig of(ConfigFile main) {
    String text = main.text().isBlank() ? NOTHING : main.text();
    return new TestConfig(new ConfigFile(main.name(), text), Map.of(), Map.of(), Map.of());
  }

  TestConfig withMain(String text) {
    TestConfig fresh = of(new ConfigFile(main.name(), text));
    return new TestConfig(fresh.main(), services, instances, files);
  }

  TestConfig withService(ServiceName name, String section) {
    var next = new TreeMap<>(services);
    next.put(name, section);
    return new TestConfig(main, next, instances, files);
  }

  TestConfig withInstance(ServiceName name, String address) {
    var next = new TreeMap<>(instances);
    var addresses = new ArrayList<>(next.getOrDefault(name, List.of()));
    addresses.add(address);
    next.put(name, List.copyOf(addresses));
    return new TestConfig(main, services, next, files);
  }

  TestConfig withoutInstances(ServiceName name) {
    var next = new TreeMap<>(instances);
    next.remove(name);
    return new TestConfig(main, services, next, files);
  }

  TestConfig withFile(String name, String text) {
    var next = new TreeMap<>(files);
    next.put(name, text);
    return new TestConfig(main, services, instances, next);
  }

  TestConfig withoutFile(String name) {
    var next = new TreeMap<>(files);
    next.remove(name);
    return new TestConfig(main, services, instances, next);
  }
}
