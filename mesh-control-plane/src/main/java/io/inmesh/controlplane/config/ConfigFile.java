package io.inmesh.controlplane.config;

/**
 * A file as it was read.
 *
 * @param name as problems name it
 */
public record ConfigFile(String name, String text) {}
