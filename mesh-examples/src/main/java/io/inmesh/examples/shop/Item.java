package io.inmesh.examples.shop;

/**
 * Something that the shop sells.
 *
 * @param sku its number
 * @param cents its price
 */
record Item(String sku, String name, int cents) {}
