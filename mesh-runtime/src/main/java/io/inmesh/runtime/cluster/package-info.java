/** Clusters at work: admission, hosts over time, their health, pools and ejection. */
@NullMarked
package io.inmesh.runtime.cluster;

import org.jspecify.annotations.NullMarked;
