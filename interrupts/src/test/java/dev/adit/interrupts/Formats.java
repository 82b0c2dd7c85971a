package dev.adit.interrupts;

import dev.adit.interrupts.spec.EntryFormat;

/** Formats of stores, as devices declare them. */
public final class Formats {
  /** All that a control word can have, and messages to local APICs only; what DSA has as well. */
  public static final EntryFormat OWNED =
      new EntryFormat(1 << 1, 1 << 2, 1 << 3, 12, 0xFEE0_0000L, -1L << 20);

  private Formats() {}
}
