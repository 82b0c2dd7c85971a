/** Benchmarks, run by {@code bench/jmh}. */
@NullMarked
package dev.adit.bench;

import org.jspecify.annotations.NullMarked;
