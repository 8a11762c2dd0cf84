package io.inmesh.spring;

import io.inmesh.MeshStatus;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.runtime.member.Member;
import java.time.Instant;
import java.time.InstantSource;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up as long as calls can be made: there is configuration, from wherever it came, and a certificate
 * that is valid. A control plane that is gone does not change that, and is told as a detail.
 */
final class MeshHealthIndicator extends AbstractHealthIndicator {
  private final Member member;
  private final InstantSource clock;

  MeshHealthIndicator(Member member, InstantSource clock) {
    this.member = member;
    this.clock = clock;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    MeshStatus status = member.mesh().status();
    Instant until = member.identity().current().map(KeyMaterial::notAfter).orElse(Instant.MIN);
    boolean configured = status.source() != MeshStatus.Source.NONE;
    boolean known = until.isAfter(clock.instant());
    if (configured && known) {
      health.up();
    } else {
      health.outOfService();
    }
    health
        .withDetail("config", status.source())
        .withDetail("revision", status.revision())
        .withDetail("plane", status.plane().toString())
        .withDetail("certificate", known ? "valid until " + until : "none that is valid")
        .withDetail("rejections", status.rejections().size());
    if (!status.identityError().isEmpty()) {
      health.withDetail("identityError", status.identityError());
    }
  }
}
