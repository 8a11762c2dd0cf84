/** Export to Micrometer. Needs its jar; nothing else of the runtime does. */
@NullMarked
package io.inmesh.runtime.observe.micrometer;

import org.jspecify.annotations.NullMarked;
