package io.inmesh.controlplane.config.model;

import io.inmesh.config.Failures;
import io.inmesh.config.Fallback;
import io.inmesh.controlplane.config.model.VirtualService.Destination;
import java.util.Optional;

/**
 * A fallback, before clusters have names: either a destination or an answer.
 *
 * @param on which failures it stands in for
 */
public record Standby(Failures on, Optional<Destination> to, Optional<Fallback.Answer> answer) {}
