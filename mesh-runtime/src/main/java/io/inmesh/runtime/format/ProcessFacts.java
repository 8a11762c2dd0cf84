package io.inmesh.runtime.format;

import io.inmesh.config.Node;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What formats may print of the process. Compared by identity.
 *
 * @param environment a variable of the environment; "" if it is not set
 * @param clock wall-clock time, for formats that print a time
 * @param localAddress this host's address, as Envoy would report it to others
 */
public record ProcessFacts(
    Node node,
    String hostname,
    UnaryOperator<String> environment,
    Supplier<Instant> clock,
    String localAddress) {}
