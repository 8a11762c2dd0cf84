/** Event loops and connections to hosts, on Netty. */
@NullMarked
package io.inmesh.runtime.net;

import org.jspecify.annotations.NullMarked;
