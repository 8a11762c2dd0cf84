/** Which form of each resource is served. */
@NullMarked
package io.inmesh.runtime.resolve;

import org.jspecify.annotations.NullMarked;
