/** Messages of the xDS protocols, and the list of their files. */
@NullMarked
package io.inmesh.proto;

import org.jspecify.annotations.NullMarked;
