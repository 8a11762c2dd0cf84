package io.inmesh.spring.client;

import java.net.HttpCookie;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Flow;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseCookie;
import org.springframework.http.client.reactive.AbstractClientHttpResponse;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;

/** A response to a reactive client. */
final class ReactiveResponse extends AbstractClientHttpResponse {
  ReactiveResponse(int status, HttpHeaders headers, Flow.Publisher<ByteBuffer> body) {
    super(HttpStatusCode.valueOf(status), headers, cookies(headers), flux(body));
  }

  private static Flux<DataBuffer> flux(Flow.Publisher<ByteBuffer> body) {
    return JdkFlowAdapter.flowPublisherToFlux(body)
        .map(DefaultDataBufferFactory.sharedInstance::wrap);
  }

  private static MultiValueMap<String, ResponseCookie> cookies(HttpHeaders headers) {
    var cookies = new LinkedMultiValueMap<String, ResponseCookie>();
    for (String line : headers.getOrEmpty(HttpHeaders.SET_COOKIE)) {
      for (HttpCookie cookie : parse(line)) {
        ResponseCookie known =
            ResponseCookie.from(cookie.getName(), cookie.getValue())
                .maxAge(cookie.getMaxAge())
                .domain(cookie.getDomain())
                .path(cookie.getPath())
                .secure(cookie.getSecure())
                .httpOnly(cookie.isHttpOnly())
                .sameSite(sameSite(line))
                .build();
        cookies.add(known.getName(), known);
      }
    }
    return cookies;
  }

  /** A cookie that nobody can read is still in the headers. */
  private static List<HttpCookie> parse(String line) {
    try {
      return HttpCookie.parse(line);
    } catch (IllegalArgumentException malformed) {
      return List.of();
    }
  }

  private static String sameSite(String line) {
    for (String attribute : line.split(";")) {
      String stripped = attribute.strip();
      if (stripped.toLowerCase(Locale.ROOT).startsWith("samesite=")) {
        return stripped.substring("samesite=".length());
      }
    }
    return "";
  }
}
