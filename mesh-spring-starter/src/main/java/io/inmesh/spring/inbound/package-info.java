/** Requests to the application's own server, whatever that is, judged by the mesh. */
@NullMarked
package io.inmesh.spring.inbound;

import org.jspecify.annotations.NullMarked;
