package io.inmesh.spring;

import io.inmesh.MeshStatus;
import io.inmesh.config.Resource;
import io.inmesh.runtime.member.Member;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** The application's place in the mesh. Tells no secrets. */
@Endpoint(id = "mesh")
final class MeshEndpoint {
  private final Member member;

  MeshEndpoint(Member member) {
    this.member = member;
  }

  /** Who the application is, what config it has, and what of it was refused or is not honoured. */
  @ReadOperation
  public Map<String, Object> mesh() {
    MeshStatus status = member.mesh().status();
    var answer = new LinkedHashMap<String, Object>();
    answer.put("service", member.name());
    member
        .identity()
        .current()
        .ifPresent(
            own -> {
              answer.put("identity", own.toString());
              answer.put("certificateUntil", own.notAfter().toString());
            });
    answer.put("config", Map.of("revision", status.revision(), "source", status.source()));
    answer.put("plane", status.plane().toString());
    answer.put("rejections", status.rejections().stream().map(Object::toString).toList());
    answer.put("notHonoured", named(member.runtime().unsupported()));
    answer.put(
        "calls",
        Map.of(
            "connections", member.runtime().connections(), "active", member.runtime().streams()));
    return answer;
  }

  private static Map<String, List<String>> named(Map<Resource.Key, List<String>> fields) {
    var named = new TreeMap<String, List<String>>();
    fields.forEach((key, names) -> named.put(key.toString(), names));
    return named;
  }
}
