package io.inmesh.controlplane.config;

import io.inmesh.controlplane.config.model.AuthorizationPolicy;
import io.inmesh.controlplane.config.model.DestinationRule;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.model.PeerAuthentication;
import io.inmesh.controlplane.config.model.RequestAuthentication;
import io.inmesh.controlplane.config.model.SecurityPolicies;
import io.inmesh.controlplane.config.model.Service;
import io.inmesh.controlplane.config.model.VirtualService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds out what is different between two models. */
final class Changes {
  private static final String SETTINGS = "Mesh settings";

  private Changes() {}

  static List<String> between(MeshModel before, MeshModel after) {
    Map<String, List<Object>> old = parts(before);
    Map<String, List<Object>> now = parts(after);
    var names = new TreeSet<>(old.keySet());
    names.addAll(now.keySet());
    var changes = new ArrayList<String>();
    for (String name : names) {
      if (!old.containsKey(name)) {
        changes.add("+ " + name);
      } else if (!now.containsKey(name)) {
        changes.add("- " + name);
      } else if (!old.get(name).equals(now.get(name))) {
        changes.add("~ " + name);
      }
    }
    return changes;
  }

  /** All that a resource defines, by its kind and name, without where it stands. */
  private static Map<String, List<Object>> parts(MeshModel model) {
    var parts = new TreeMap<String, List<Object>>();
    add(parts, SETTINGS, model.settings());
    for (Service one : model.services()) {
      add(
          parts,
          name(one.origin()),
          List.of(
              one.host(),
              one.ports(),
              one.resolution(),
              one.external(),
              one.addresses(),
              one.subjectAltNames(),
              one.selector(),
              one.endpoints(),
              one.exportTo()));
    }
    for (VirtualService one : model.virtualServices()) {
      add(parts, name(one.origin()), List.of(one.hosts(), one.mesh(), one.http(), one.exportTo()));
    }
    for (DestinationRule one : model.destinationRules()) {
      add(
          parts,
          name(one.origin()),
          List.of(one.host(), one.policy(), one.subsets(), one.exportTo(), one.workloadSelector()));
    }
    model.workloads().forEach(one -> add(parts, name(one.origin()), one.workload()));
    model
        .resources()
        .forEach(one -> add(parts, name(one.origin()), List.of(one.resource(), one.audience())));
    security(parts, model.security());
    return parts;
  }

  private static void security(Map<String, List<Object>> parts, SecurityPolicies security) {
    for (PeerAuthentication one : security.peers()) {
      add(parts, name(one.origin()), List.of(one.target(), one.mode(), one.ports()));
    }
    for (RequestAuthentication one : security.requests()) {
      add(parts, name(one.origin()), List.of(one.target(), one.rules()));
    }
    for (AuthorizationPolicy one : security.authorization()) {
      add(
          parts,
          name(one.origin()),
          List.of(one.target(), one.action(), one.rules(), one.dryRun(), one.provider()));
    }
  }

  private static void add(Map<String, List<Object>> parts, String name, Object value) {
    parts.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
  }

  private static String name(Origin origin) {
    String in = origin.namespace().isEmpty() ? "" : origin.namespace() + "/";
    return origin.kind() + " " + in + origin.name();
  }
}
