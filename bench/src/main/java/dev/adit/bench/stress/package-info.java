/** Races between the operations on one interrupt, run by {@code bench/jcstress}. */
@NullMarked
package dev.adit.bench.stress;

import org.jspecify.annotations.NullMarked;
