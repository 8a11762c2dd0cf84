package io.inmesh.junit;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.serviceUnavailable;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.inmesh.Mesh;
import io.inmesh.call.Request;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@MeshTest
class CartTest {
  private static final WireMockServer CATALOGUE =
      new WireMockServer(options().bindAddress("127.0.0.1").dynamicPort());

  @BeforeAll
  static void start(MeshTestPlane plane) {
    CATALOGUE.start();
    plane.instance("catalogue", CATALOGUE.port());
  }

  @AfterAll
  static void stop() {
    CATALOGUE.stop();
  }

  @Test
  void aSecondTryHelps(@As("cart") Mesh cart, MeshTestPlane plane) throws Exception {
    CATALOGUE.stubFor(
        get("/items/1")
            .inScenario("busy")
            .whenScenarioStateIs(STARTED)
            .willReturn(serviceUnavailable())
            .willSetStateTo("calm"));
    CATALOGUE.stubFor(
        get("/items/1").inScenario("busy").whenScenarioStateIs("calm").willReturn(ok("a lamp")));
    Request item = Request.of("GET", URI.create("http://catalogue/items/1"));
    assertThat(cart.blocking().send(item).status()).isEqualTo(503);

    CATALOGUE.resetScenarios();
    plane.service("catalogue", "retry: {attempts: 1, on: [5xx]}");
    assertThat(cart.blocking().send(item).text()).isEqualTo("a lamp");
  }
}
