package io.inmesh.spring;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static io.inmesh.spring.Answers.awaitStatus;
import static org.assertj.core.api.Assertions.assertThat;

import com.example.shop.Storefront;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.inmesh.Mesh;
import io.inmesh.junit.As;
import io.inmesh.junit.MeshTest;
import io.inmesh.junit.MeshTestPlane;
import io.inmesh.runtime.member.Member;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * An application whose classes know nothing of a mesh runs as ever without its property, and in the
 * mesh with it.
 */
@MeshTest
@SpringBootTest(
    classes = Storefront.class,
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "inmesh.service=storefront",
      "server.address=127.0.0.1",
      "spring.http.serviceclient.catalogue.base-url=http://catalogue"
    })
class UntouchedApplicationTest {
  private static final String STOREFRONT = "spiffe://cluster.local/ns/default/sa/storefront";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final WireMockServer OUTSIDE =
      new WireMockServer(options().bindAddress("127.0.0.1").dynamicPort());

  @Autowired private RestClient client;
  @Autowired private RestTemplate template;
  @Autowired private WebClient reactive;
  @Autowired private Storefront.Catalogue catalogue;
  @Autowired private Member member;

  @BeforeAll
  static void start(MeshTestPlane plane) {
    OUTSIDE.start();
    OUTSIDE.stubFor(get("/items").willReturn(ok("outside")));
    plane.serve("catalogue", Answers.caller());
  }

  @AfterAll
  static void stop() {
    OUTSIDE.stop();
  }

  private String outside() {
    return OUTSIDE.baseUrl() + "/items";
  }

  @Test
  void itsClassesKnowNothingOfTheMesh() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.inmesh..")
        .check(new ClassFileImporter().importPackages("com.example.shop"));
  }

  @Test
  void itCallsByTheMesh() {
    String uri = "http://catalogue/items";
    assertThat(client.get().uri(uri).retrieve().body(String.class)).isEqualTo(STOREFRONT);
    assertThat(template.getForObject(uri, String.class)).isEqualTo(STOREFRONT);
    assertThat(reactive.get().uri(uri).retrieve().bodyToMono(String.class).block(PATIENCE))
        .isEqualTo(STOREFRONT);
    assertThat(catalogue.items()).isEqualTo(STOREFRONT);
  }

  @Test
  void itIsCalledByTheMesh(@As("web") Mesh web) {
    awaitStatus(200, web, "http://storefront/hello");
    assertThat(Answers.get(web, "http://storefront/hello").text()).isEqualTo("hello");
    assertThat(Answers.get(web, "http://storefront/through").text()).isEqualTo(STOREFRONT);
    assertThat(Answers.get(web, "http://storefront/who").text())
        .isEqualTo("spiffe://cluster.local/ns/default/sa/web");
  }

  @Test
  void itsOtherCallsAreUnchanged() {
    OUTSIDE.resetRequests();
    assertThat(client.get().uri(outside()).retrieve().body(String.class)).isEqualTo("outside");
    assertThat(template.getForObject(outside(), String.class)).isEqualTo("outside");
    assertThat(reactive.get().uri(outside()).retrieve().bodyToMono(String.class).block(PATIENCE))
        .isEqualTo("outside");
    var agents =
        OUTSIDE.getAllServeEvents().stream()
            .map(event -> event.getRequest().getHeader("User-Agent"))
            .toList();
    assertThat(agents).hasSize(3).allSatisfy(it -> assertThat(it).containsAnyOf("Java", "Reactor"));
    assertThat(member.runtime().counters().unmeshed()).isZero();
  }

  @Test
  void theSameClassesRunAsEverOutsideTheMesh() throws Exception {
    for (String off : new String[] {"--inmesh.enabled=false", "--spring.application.name=x"}) {
      var runs = new SpringApplicationBuilder(Storefront.class);
      try (ConfigurableApplicationContext alone =
          runs.run(
              off,
              off.contains("enabled") ? "--inmesh.service=storefront" : "--debug=false",
              "--server.port=0",
              "--server.address=127.0.0.1",
              "--spring.http.serviceclient.catalogue.base-url=" + OUTSIDE.baseUrl())) {
        assertThat(alone.getBeanNamesForType(Member.class)).isEmpty();
        assertThat(alone.getBeanDefinitionNames())
            .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).contains("mesh"));
        assertThat(alone.getBean(Storefront.Catalogue.class).items()).isEqualTo("outside");
        String port = alone.getEnvironment().getProperty("local.server.port");
        var hello =
            HttpClient.newHttpClient()
                .send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/hello"))
                        .build(),
                    BodyHandlers.ofString());
        assertThat(hello.body()).isEqualTo("hello");
        assertThat(hello.headers().firstValue("x-secure")).hasValue("false");
      }
    }
  }
}
