/** What a process keeps on disk between two runs. */
@NullMarked
package io.inmesh.state;

import org.jspecify.annotations.NullMarked;
