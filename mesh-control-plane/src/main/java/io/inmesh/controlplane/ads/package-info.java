/**
 * The ADS server: gives each node its part of the config, in both variants of the protocol. What a
 * stream is told, and when, is decided by a state machine on the server's loop ({@code
 * NodeStream}); gRPC only moves messages.
 */
@NullMarked
package io.inmesh.controlplane.ads;

import org.jspecify.annotations.NullMarked;
