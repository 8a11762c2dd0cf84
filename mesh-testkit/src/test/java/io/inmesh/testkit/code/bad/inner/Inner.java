package io.inmesh.testkit.code.bad.inner;

import io.inmesh.testkit.code.bad.DefaultClock;

public record Inner(DefaultClock outer) {}
