/** What moves a call: filters, attempts, time, retries. Decisions are taken in other packages. */
@NullMarked
package io.inmesh.runtime.engine;

import org.jspecify.annotations.NullMarked;
