/** Several control planes, each for the names of its authority. */
@NullMarked
package io.inmesh.xds.federation;

import org.jspecify.annotations.NullMarked;
