package dev.adit.platform;

import java.util.Locale;

/** The switch {@code ims=}: what the administrator wants. The rules stand above it. */
public enum Ims {
  /** Use IMS where the evidence permits it. */
  AUTO,
  /** Use IMS unless it is known to be wrong. */
  ON,
  /** Do not use IMS. */
  OFF;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
