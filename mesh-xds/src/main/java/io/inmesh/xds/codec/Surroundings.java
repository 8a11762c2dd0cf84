package io.inmesh.xds.codec;

/** What outlives a single resource. */
record Surroundings(Extensions extensions, DecoderOptions options, Interned interned) {}
