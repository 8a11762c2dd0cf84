/** Configuration over xDS: messages to records and back, and the streams that carry them. */
@NullMarked
package io.inmesh.xds;

import org.jspecify.annotations.NullMarked;
