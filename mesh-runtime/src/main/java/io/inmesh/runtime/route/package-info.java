/** Decisions on requests and responses as pure functions: no sockets, no clock, no live object. */
@NullMarked
package io.inmesh.runtime.route;

import org.jspecify.annotations.NullMarked;
