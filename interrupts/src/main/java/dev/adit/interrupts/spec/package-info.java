/** Layouts of messages, entries, descriptors and registers, from the specifications. */
@NullMarked
package dev.adit.interrupts.spec;

import org.jspecify.annotations.NullMarked;
