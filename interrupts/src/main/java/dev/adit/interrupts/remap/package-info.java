/** What checks messages on their way: remapping units of Intel and AMD, tables, faults, posting. */
@NullMarked
package dev.adit.interrupts.remap;

import org.jspecify.annotations.NullMarked;
