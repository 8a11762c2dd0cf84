/** JSON web tokens: taking them from requests, reading them, verifying them. */
@NullMarked
package io.inmesh.runtime.filter.jwt;

import org.jspecify.annotations.NullMarked;
