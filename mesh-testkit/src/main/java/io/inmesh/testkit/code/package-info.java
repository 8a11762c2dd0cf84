/** Rules that the code of every module keeps. */
@NullMarked
package io.inmesh.testkit.code;

import org.jspecify.annotations.NullMarked;
