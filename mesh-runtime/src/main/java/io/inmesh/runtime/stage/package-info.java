/** What stands between a call and the filters of this runtime. */
@NullMarked
package io.inmesh.runtime.stage;

import org.jspecify.annotations.NullMarked;
