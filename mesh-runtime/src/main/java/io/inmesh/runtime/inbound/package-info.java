/** A small HTTP server for plain Java services, with strict mutual TLS. */
@NullMarked
package io.inmesh.runtime.inbound;

import org.jspecify.annotations.NullMarked;
