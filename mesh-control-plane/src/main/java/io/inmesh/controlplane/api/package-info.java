/** What the control plane knows, over HTTP, reading only: services, routes, policies, nodes. */
@NullMarked
package io.inmesh.controlplane.api;

import org.jspecify.annotations.NullMarked;
