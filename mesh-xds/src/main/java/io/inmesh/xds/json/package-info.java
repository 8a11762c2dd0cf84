/** Between proto-JSON (text, or maps as a YAML or JSON reader makes them) and messages. */
@NullMarked
package io.inmesh.xds.json;

import org.jspecify.annotations.NullMarked;
