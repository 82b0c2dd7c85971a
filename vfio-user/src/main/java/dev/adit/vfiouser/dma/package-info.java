/** The client's memory: mappings, the files behind them, lookup, and what waits for engines. */
@NullMarked
package dev.adit.vfiouser.dma;

import org.jspecify.annotations.NullMarked;
