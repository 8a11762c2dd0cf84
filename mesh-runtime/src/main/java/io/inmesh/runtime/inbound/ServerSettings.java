package io.inmesh.runtime.inbound;

import io.inmesh.runtime.tls.ServerTls;
import io.inmesh.server.Handler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What all connections of a server share.
 *
 * @param tls null for plaintext only
 * @param maxBodyBytes of a request; 0 for no limit
 */
record ServerSettings(
    Handler handler,
    TlsMode mode,
    @Nullable ServerTls tls,
    ConnectionListener listener,
    int maxHeadBytes,
    int maxFields,
    long maxBodyBytes,
    Duration idleTimeout,
    Counters counters) {}
