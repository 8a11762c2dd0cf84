/** TLS on both sides: contexts from the secrets of now, and how a peer is judged. */
@NullMarked
package io.inmesh.runtime.tls;

import org.jspecify.annotations.NullMarked;
