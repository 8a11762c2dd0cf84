/** Incoming calls: what a plain Java service implements. */
@NullMarked
package io.inmesh.server;

import org.jspecify.annotations.NullMarked;
