/** What a running mesh tells its operators: an HTTP endpoint, and values as JSON and as text. */
@NullMarked
package io.inmesh.runtime.admin;

import org.jspecify.annotations.NullMarked;
