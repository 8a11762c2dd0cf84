package io.inmesh.runtime.filter;

import io.inmesh.config.CelExpression;
import io.inmesh.config.CelExpression.Dialect;
import io.inmesh.config.MatchInput;
import io.inmesh.config.MatchInput.Fact;
import io.inmesh.runtime.filter.cel.CallerNames;
import io.inmesh.runtime.filter.cel.Condition;
import io.inmesh.runtime.match.InputTest;
import io.inmesh.runtime.match.RequestInputs;
import io.inmesh.runtime.match.RouteInput;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.stage.FilteredCall;

/** The inputs that filters have: those of a request, and its connection's. */
record FilterInputs(Place place) implements InputTest.Compiler<FilteredCall> {
  @Override
  public InputTest.Input<FilteredCall> input(MatchInput input) {
    if (input instanceof MatchInput.OfConnection of) {
      return ofConnection(of.fact());
    }
    InputTest.Input<RouteInput> ofRequest =
        new RequestInputs(place.runtime(), place.process().environment()).input(input);
    return ofRequest::value;
  }

  private static InputTest.Input<FilteredCall> ofConnection(Fact fact) {
    return switch (fact) {
      case DESTINATION_IP -> FilteredCall::localAddress;
      case DESTINATION_PORT -> call -> Integer.toString(call.localPort());
      case SOURCE_IP -> FilteredCall::callerAddress;
      case SOURCE_PORT -> call -> Integer.toString(call.callerPort());
      case DIRECT_SOURCE_IP -> FilteredCall::peerAddress;
      case SERVER_NAME -> call -> call.serverName().isEmpty() ? null : call.serverName();
      case URI_SAN -> call -> CallerNames.joined(call.callerNames(), CallerNames.URI);
      case DNS_SAN -> call -> CallerNames.joined(call.callerNames(), CallerNames.DNS);
      case SUBJECT -> call -> CallerNames.joined(call.callerNames(), CallerNames.SUBJECT);
    };
  }

  @Override
  public InputTest<FilteredCall> condition(CelExpression expression) {
    var condition = new Condition(expression, Dialect.PLAIN, place.process());
    return condition::holds;
  }

  @Override
  public RuntimeValues runtime() {
    return place.runtime();
  }
}
