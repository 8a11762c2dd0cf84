/** Config from files. */
@NullMarked
package io.inmesh.xds.file;

import org.jspecify.annotations.NullMarked;
