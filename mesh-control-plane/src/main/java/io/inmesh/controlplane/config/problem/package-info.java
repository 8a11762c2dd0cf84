/** What is wrong with a configuration, and where. */
@NullMarked
package io.inmesh.controlplane.config.problem;

import org.jspecify.annotations.NullMarked;
