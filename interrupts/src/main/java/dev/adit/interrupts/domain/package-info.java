/** Who composes messages and for whom: vectors, remapping entries, hypercalls and stores on top. */
@NullMarked
package dev.adit.interrupts.domain;

import org.jspecify.annotations.NullMarked;
