/** Virtual time, fakes and contract tests for the ports of the mesh. */
@NullMarked
package io.inmesh.testkit;

import org.jspecify.annotations.NullMarked;
