package io.inmesh.benchmarks.client;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a client calls, and how: words {@code key=value} of a command line.
 *
 * <ul>
 *   <li>{@code endpoints}: {@code host:port,host:port}
 *   <li>{@code path}: {@code /} by default
 *   <li>{@code bytes}: the length of the expected body, 1024 by default
 *   <li>{@code certificates}: a directory with key.pem, cert-chain.pem and root-cert.pem
 * </ul>
 */
public record Target(Map<String, String> words) {
  public Target {
    words = Map.copyOf(words);
  }

  /** A word, or what stands for it if it is missing. */
  public String word(String key, String otherwise) {
    return words.getOrDefault(key, otherwise);
  }

  /**
   * A word that must be there.
   *
   * @throws IllegalArgumentException if it is not
   */
  public String word(String key) {
    String value = words.get(key);
    if (value == null) {
      throw new IllegalArgumentException("needs " + key + "=…");
    }
    return value;
  }

  /** A number; its default if it is missing. */
  public int number(String key, int otherwise) {
    return Integer.parseInt(word(key, String.valueOf(otherwise)));
  }

  public List<InetSocketAddress> endpoints() {
    return Arrays.stream(word("endpoints").split(",")).map(Target::address).toList();
  }

  /** Reads {@code host:port}. */
  static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    return new InetSocketAddress(
        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  /** The endpoints as URLs with the path. */
  public List<String> urls() {
    return Arrays.stream(word("endpoints").split(",")).map(it -> "http://" + it + path()).toList();
  }

  public String path() {
    return word("path", "/");
  }

  public int bytes() {
    return number("bytes", 1024);
  }

  /** A file of the client's own certificate. */
  public Path certificate(String file) {
    return Path.of(word("certificates"), file);
  }
}
