/**
 * What a company's processes have in common, whatever they do: how they start and what they tell of
 * themselves.
 */
@NullMarked
package io.inmesh.examples.platform;

import org.jspecify.annotations.NullMarked;
