/** The wire format of protobuf, read and written by hand: the call path has no protobuf. */
@NullMarked
package io.inmesh.runtime.filter.wire;

import org.jspecify.annotations.NullMarked;
