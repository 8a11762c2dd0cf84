package io.inmesh.controlplane.config.istio;

import io.inmesh.config.IpRange;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules for names. */
final class Hosts {
  private static final Pattern LABEL =
      Pattern.compile("[a-zA-Z0-9]([-a-zA-Z0-9_]{0,61}[a-zA-Z0-9])?");
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
  private static final Pattern ACCOUNT =
      Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,251}[A-Za-z0-9])?");
  private static final Pattern LABEL_KEY =
      Pattern.compile(
          "([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");

  private Hosts() {}

  /** Whether it can be the name of a resource. */
  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** Whether it is the name of a namespace: it becomes part of host names and identities. */
  static boolean isNamespace(String text) {
    return text.length() <= 63 && isName(text) && text.indexOf('.') < 0;
  }

  /** Whether it is the name of an account: it becomes the last part of an identity. */
  static boolean isAccount(String text) {
    return ACCOUNT.matcher(text).matches();
  }

  /** Whether it is a DNS label, as names of subsets and ports are. */
  static boolean isLabel(String text) {
    return LABEL.matcher(text).matches();
  }

  static boolean isIp(String text) {
    return IpRange.bytes(text) != null;
  }

  /** Whether it is an IP address, with or without a prefix length. */
  static boolean isRange(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return isIp(text);
    }
    String length = text.substring(slash + 1);
    String ip = text.substring(0, slash);
    return isIp(ip)
        && length.matches("[0-9]{1,3}")
        && Integer.parseInt(length) <= (ip.indexOf(':') < 0 ? 32 : 128);
  }

  /** Whether it is a DNS name without wildcards. */
  static boolean isDnsName(String text) {
    String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    if (name.isEmpty() || name.length() > 255) {
      return false;
    }
    for (String label : name.split("\\.", -1)) {
      if (!isLabel(label)) {
        return false;
      }
    }
    return true;
  }

  /** Reads a host that may begin with {@code *.}, or be {@code *}. */
  static String wildcard(Value value) {
    String host = value.text();
    boolean good =
        host.equals("*")
            || (host.startsWith("*.")
                ? isDnsName(host.substring(2))
                : isDnsName(host) || isIp(host));
    if (!good) {
      value.error("\"" + host + "\" is not a host name");
    }
    return host;
  }

  /** Labels of Kubernetes. */
  static Map<String, String> labels(Fields fields, String name) {
    return fields.map(
        name,
        value -> {
          String text = value.text();
          String path = value.path();
          String key = path.substring(fields.owner().path().length() + name.length() + 2);
          if (!LABEL_KEY.matcher(key).matches() || !LABEL_VALUE.matcher(text).matches()) {
            value.error("is not a valid label");
          }
          return text;
        });
  }

  /** {@code exportTo}, with {@code .} replaced by the own namespace; all if it is absent. */
  static Set<String> exportTo(Fields spec, String namespace) {
    List<String> written = spec.list("exportTo", Hosts::exported);
    var visible = new HashSet<String>();
    for (String to : written) {
      if (!visible.add(to.equals(".") ? namespace : to)) {
        spec.find("exportTo").ifPresent(v -> v.error("\"" + to + "\" stands here twice"));
      }
    }
    if (visible.size() > 1 && (visible.contains("*") || visible.contains("~"))) {
      spec.find("exportTo").ifPresent(v -> v.error("* and ~ must stand alone"));
    }
    return visible.isEmpty() ? Set.of("*") : visible;
  }

  private static String exported(Value value) {
    String to = value.text();
    if (!to.equals(".") && !to.equals("*") && !to.equals("~") && !isName(to)) {
      value.error("must be ., *, ~ or a namespace, not \"" + to + "\"");
    }
    return to;
  }
}
