package io.inmesh.benchmarks.load;

import io.inmesh.benchmarks.client.Client;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Single exchanges of any client. */
public final class Exchanges {
  private static final int PATIENCE_SECONDS = 30;

  private Exchanges() {}

  /** Makes one exchange and waits for it; whether the answer was the expected one. */
  public static boolean one(Client client) throws Exception {
    if (client instanceof Client.Blocking blocking) {
      return blocking.call();
    }
    var ended = new CompletableFuture<Boolean>();
    ((Client.Asynchronous) client).call(ended::complete);
    try {
      return ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failed) {
      return false;
    }
  }
}
