/** The shop: its plain Java services. */
@NullMarked
package io.inmesh.examples.shop;

import org.jspecify.annotations.NullMarked;
