package io.inmesh.testkit.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SpiffeId;
import java.security.SignatureException;
import org.junit.jupiter.api.Test;

class TestPkiTest {
  @Test
  void signsServicesOfItsDomain() throws Exception {
    var pki = new TestPki("cluster.local");
    KeyMaterial web = pki.service("web");
    assertThat(SpiffeId.of(web.leaf()).orElseThrow().uri())
        .isEqualTo("spiffe://cluster.local/ns/default/sa/web");
    web.leaf().verify(pki.root().getPublicKey());
    web.leaf().checkValidity();
    var other = new TestPki("cluster.local");
    assertThatThrownBy(() -> web.leaf().verify(other.root().getPublicKey()))
        .isInstanceOf(SignatureException.class);
  }

  @Test
  void intermediatesAreSentAlong() throws Exception {
    var pki = new TestPki("a");
    var below = pki.intermediate("below");
    KeyMaterial leaf = below.issue(new TestPki.Leaf().dns("x.example"));
    assertThat(leaf.chain()).hasSize(2);
    leaf.chain().get(0).verify(leaf.chain().get(1).getPublicKey());
    leaf.chain().get(1).verify(pki.root().getPublicKey());
    assertThat(below.issue(new TestPki.Leaf().withoutIntermediates()).chain()).hasSize(1);
  }
}
