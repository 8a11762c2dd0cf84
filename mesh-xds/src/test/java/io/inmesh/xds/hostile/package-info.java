/** Planes that wish us ill. */
@NullMarked
package io.inmesh.xds.hostile;

import org.jspecify.annotations.NullMarked;
