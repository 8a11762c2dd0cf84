package io.inmesh.junit;

/** A service, as tests name it: {@code SERVICE} or {@code SERVICE.NAMESPACE}. */
record ServiceName(String service, String namespace) implements Comparable<ServiceName> {
  static final String DEFAULT_NAMESPACE = "default";

  static ServiceName of(String text) {
    int dot = text.indexOf('.');
    return dot < 0
        ? new ServiceName(text, DEFAULT_NAMESPACE)
        : new ServiceName(text.substring(0, dot), text.substring(dot + 1));
  }

  @Override
  public int compareTo(ServiceName other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return service + "." + namespace;
  }
}
