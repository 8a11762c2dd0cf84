/** Configuration as values, in xDS's own graph. Equal means that nothing changed. */
@NullMarked
package io.inmesh.config;

import org.jspecify.annotations.NullMarked;
