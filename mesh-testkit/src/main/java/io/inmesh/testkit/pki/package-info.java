/** Certificates for tests. */
@NullMarked
package io.inmesh.testkit.pki;

import org.jspecify.annotations.NullMarked;
