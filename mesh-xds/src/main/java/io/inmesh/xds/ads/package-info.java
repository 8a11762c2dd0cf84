/**
 * The ADS client: one stream that carries all config, state-of-the-world or delta. The protocol is
 * a state machine on the config loop ({@code AdsSession}); gRPC only moves its messages.
 */
@NullMarked
package io.inmesh.xds.ads;

import org.jspecify.annotations.NullMarked;
