package io.inmesh.config;

/**
 * A range of IP addresses. Source: envoy.config.core.v3.CidrRange.
 *
 * @param address an IP address in text
 * @param length how many leading bits count
 */
public record Cidr(String address, int length) {}
