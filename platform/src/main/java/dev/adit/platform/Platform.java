package dev.adit.platform;

/** What the test for bare metal says about a machine. */
public enum Platform {
  /** There is no test, or it could not be run. */
  NO_TEST("no test for bare metal"),
  /** Something says that the machine is virtual. */
  NOT_BARE_METAL("not bare metal"),
  /** Nothing says that the machine is virtual; an old VMM that hides would look the same. */
  PROBABLY_BARE_METAL("probably bare metal"),
  /** The platform itself says that interrupt messages are native. No machine does so today. */
  DEFINITELY_BARE_METAL("definitely bare metal");

  private final String title;

  Platform(String title) {
    this.title = title;
  }

  /** {@return the result in words} */
  public String title() {
    return title;
  }
}
