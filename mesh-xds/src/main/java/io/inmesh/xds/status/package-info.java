/** What operators may ask about the subscription: CSDS. */
@NullMarked
package io.inmesh.xds.status;

import org.jspecify.annotations.NullMarked;
