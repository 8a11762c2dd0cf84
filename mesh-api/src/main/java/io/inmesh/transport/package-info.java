/** Connections to hosts: the port that the network implements. */
@NullMarked
package io.inmesh.transport;

import org.jspecify.annotations.NullMarked;
