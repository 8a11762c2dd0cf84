package io.inmesh.runtime.filter.external;

import io.inmesh.call.Call;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.FilteredCall.BodyStart;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A way to ask an authorization service. */
interface Authorizer {
  /**
   * Asks about a call.
   *
   * @param body that the service is told of; null for none
   * @param decided hears once, on the call's loop, maybe before this returns
   * @return what is asked, to be given up
   */
  Call ask(FilteredCall call, @Nullable BodyStart body, Consumer<Decision> decided);
}
