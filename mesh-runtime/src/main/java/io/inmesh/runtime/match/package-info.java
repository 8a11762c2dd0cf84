/** Compiled matchers of requests and of JSON-like values, for routes and filters alike. */
@NullMarked
package io.inmesh.runtime.match;

import org.jspecify.annotations.NullMarked;
