/** HTTP/1.1 and HTTP/2 as bytes; used by clients and servers. */
@NullMarked
package io.inmesh.runtime.wire;

import org.jspecify.annotations.NullMarked;
