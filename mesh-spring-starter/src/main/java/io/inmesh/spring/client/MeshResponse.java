package io.inmesh.spring.client;

import io.inmesh.BlockingMesh.BlockingResponse;
import java.io.InputStream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/** A response to a blocking client; closing it early cancels the call. */
final class MeshResponse implements ClientHttpResponse {
  private final BlockingResponse response;
  private final HttpHeaders headers;

  MeshResponse(BlockingResponse response) {
    this.response = response;
    this.headers = HttpHeaders.readOnlyHttpHeaders(MeshedCalls.headers(response.headers()));
  }

  @Override
  public HttpStatusCode getStatusCode() {
    return HttpStatusCode.valueOf(response.status());
  }

  @Override
  public String getStatusText() {
    HttpStatus known = HttpStatus.resolve(response.status());
    return known == null ? "" : known.getReasonPhrase();
  }

  @Override
  public HttpHeaders getHeaders() {
    return headers;
  }

  @Override
  public InputStream getBody() {
    return response.body();
  }

  @Override
  public void close() {
    response.close();
  }
}
