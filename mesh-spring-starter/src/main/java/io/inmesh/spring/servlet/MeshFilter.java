package io.inmesh.spring.servlet;

import io.inmesh.runtime.member.Serving;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * Asks the mesh about each request before anything else sees it: the filters of the inbound
 * listener decide, change headers, or answer. Once per request, not again on asynchronous or error
 * dispatches.
 */
public final class MeshFilter implements Filter {
  private final Supplier<Serving> serving;
  private final boolean plaintextBeside;

  /**
   * A filter of a member that serves; asked for at the first request.
   *
   * @param plaintextBeside whether the server has a port without TLS beside that with it: what
   *     comes there must be taken by a filter chain
   */
  public MeshFilter(Supplier<Serving> serving, boolean plaintextBeside) {
    this.serving = serving;
    this.plaintextBeside = plaintextBeside;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request instanceof HttpServletRequest http && response instanceof HttpServletResponse out) {
      var judgement = new ServletJudgement(serving.get(), http, out);
      if (plaintextBeside && judgement.isUnwanted()) {
        out.setStatus(HttpServletResponse.SC_FORBIDDEN);
      } else {
        judgement.run(chain);
      }
    } else {
      chain.doFilter(request, response);
    }
  }
}
