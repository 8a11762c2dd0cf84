/** What outlives an update: pools, host statistics, buckets. */
@NullMarked
package io.inmesh.runtime.live;

import org.jspecify.annotations.NullMarked;
