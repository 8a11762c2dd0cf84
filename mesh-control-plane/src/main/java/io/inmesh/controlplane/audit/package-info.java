/** What was changed, granted and refused, written down. */
@NullMarked
package io.inmesh.controlplane.audit;

import org.jspecify.annotations.NullMarked;
