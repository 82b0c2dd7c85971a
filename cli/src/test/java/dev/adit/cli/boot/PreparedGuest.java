package dev.adit.cli.boot;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What tests with real guests stand on. */
final class PreparedGuest {
  private PreparedGuest() {}

  /** Skips the test where 'adit guest setup' has not been run. */
  static void assume() {
    GuestFiles files = GuestFiles.standard();
    assumeTrue(
        files.missing().isEmpty(),
        () -> "not prepared by 'adit guest setup': " + String.join(", ", files.missing()));
  }
}
