package io.inmesh.xds.ca;

import io.inmesh.identity.CertificateAuthority;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Authorities of one mesh, in order of preference: the first that answers signs. A refusal is an
 * answer.
 */
public final class FirstAuthority implements CertificateAuthority {
  private final List<CertificateAuthority> authorities;

  /**
   * Over at least one.
   *
   * @throws IllegalArgumentException if there is none
   */
  public FirstAuthority(List<CertificateAuthority> authorities) {
    if (authorities.isEmpty()) {
      throw new IllegalArgumentException("no authority");
    }
    this.authorities = List.copyOf(authorities);
  }

  @Override
  public CompletionStage<Issued> sign(String csrPem, Duration validity) {
    return sign(0, csrPem, validity);
  }

  private CompletionStage<Issued> sign(int from, String csrPem, Duration validity) {
    CompletionStage<Issued> issued = authorities.get(from).sign(csrPem, validity);
    if (from + 1 == authorities.size()) {
      return issued;
    }
    return issued
        .handle(
            (good, failure) ->
                failure == null
                    ? CompletableFuture.completedStage(good)
                    : after(from, cause(failure), csrPem, validity))
        .thenCompose(stage -> stage);
  }

  private CompletionStage<Issued> after(
      int failed, Throwable cause, String csrPem, Duration validity) {
    return cause instanceof RefusedException
        ? CompletableFuture.failedStage(cause)
        : sign(failed + 1, csrPem, validity);
  }

  private static Throwable cause(Throwable failure) {
    @Nullable Throwable inside = failure.getCause();
    return failure instanceof CompletionException && inside != null ? inside : failure;
  }

  @Override
  public void close() {
    authorities.forEach(CertificateAuthority::close);
  }
}
