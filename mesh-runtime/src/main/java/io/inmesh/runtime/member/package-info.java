/** A process as a member of a mesh: identity, config, calls and serving together. */
@NullMarked
package io.inmesh.runtime.member;

import org.jspecify.annotations.NullMarked;
