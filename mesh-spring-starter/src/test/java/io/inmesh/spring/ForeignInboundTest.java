package io.inmesh.spring;

import static io.inmesh.spring.Answers.awaitStatus;
import static io.inmesh.spring.Answers.get;
import static io.inmesh.spring.Answers.post;
import static org.assertj.core.api.Assertions.assertThat;

import com.example.shop.Reviews;
import com.example.shop.Storefront;
import io.inmesh.Mesh;
import io.inmesh.junit.As;
import io.inmesh.junit.MeshTest;
import io.inmesh.junit.MeshTestPlane;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What filters of other planes want: request bodies, and the client's certificate told. */
@MeshTest
class ForeignInboundTest {
  private static final String WEB = "spiffe://cluster.local/ns/default/sa/web";

  @Configuration(proxyBeanMethods = false)
  static class Foreign {
    @Bean
    MemberCustomizer foreignInbound() {
      return member -> member.connector(new ForeignInbound());
    }
  }

  private static ConfigurableApplicationContext run(
      Class<?> application, String type, MeshTestPlane plane, String service) {
    return new SpringApplicationBuilder(application, Foreign.class)
        .run(
            "--inmesh.service=" + service,
            "--inmesh.join=" + plane.joinFile(service),
            "--server.port=0",
            "--server.address=127.0.0.1",
            "--spring.main.web-application-type=" + type,
            "--spring.http.serviceclient.catalogue.base-url=http://catalogue");
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) 'x');
    return bytes;
  }

  private static void isTold(Mesh web, String service) {
    assertThat(
            get(
                    web,
                    "http://" + service + "/headers",
                    "x-forwarded-client-cert",
                    "URI=spiffe://x/y")
                .text())
        .contains("By=spiffe://cluster.local/ns/default/sa/" + service)
        .contains("URI=" + WEB)
        .doesNotContain("spiffe://x/y");
  }

  @Test
  void servletsHaveTheirBodiesBack(MeshTestPlane plane, @As("web") Mesh web) {
    try (var application = run(Storefront.class, "servlet", plane, "storefront")) {
      assertThat(application.isActive()).isTrue();
      awaitStatus(200, web, "http://storefront/hello");
      assertThat(post(web, "http://storefront/echo", bytes(900)).text())
          .isEqualTo(new String(bytes(900), StandardCharsets.US_ASCII));
      assertThat(post(web, "http://storefront/echo", bytes(1200)).status()).isEqualTo(413);
      assertThat(post(web, "http://storefront/echo", bytes(0)).status()).isIn(200, 400);
      assertThat(
              post(
                      web,
                      "http://storefront/form?count=2",
                      "item=a+l%C3%A4mp".getBytes(StandardCharsets.US_ASCII),
                      "content-type",
                      "application/x-www-form-urlencoded")
                  .text())
          .isEqualTo("2 a l\u00e4mp");
      isTold(web, "storefront");
    }
  }

  @Test
  void reactiveApplicationsToo(MeshTestPlane plane, @As("web") Mesh web) {
    try (var application = run(Reviews.class, "reactive", plane, "reviews")) {
      assertThat(application.isActive()).isTrue();
      awaitStatus(200, web, "http://reviews/hello");
      assertThat(post(web, "http://reviews/count", bytes(900)).text()).isEqualTo("900");
      assertThat(post(web, "http://reviews/count", bytes(1200)).status()).isEqualTo(413);
      assertThat(post(web, "http://reviews/count", bytes(0)).text()).isEqualTo("0");
      isTold(web, "reviews");
    }
  }
}
