package io.inmesh.runtime.route;

import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.match.RuntimeValues;

/**
 * What a route table needs beside the routes. Route tables are kept over an update only if this is
 * equal.
 *
 * @param connection the settings of the HTTP connection that the routes serve
 * @param router the settings of its last filter
 */
public record RouteSettings(
    HttpConnection connection,
    Filters.Router router,
    RuntimeValues runtime,
    ProcessFacts process) {}
