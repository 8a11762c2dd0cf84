/** What requests count for. */
@NullMarked
package io.inmesh.runtime.filter.descriptor;

import org.jspecify.annotations.NullMarked;
