package dev.adit.cli.explain;

import dev.adit.platform.gather.Assessment;

/** Prints what hosts come to, one after another. */
interface ExplainPrinter {
  /** Prints a host. */
  void host(String origin, Assessment assessment);

  /** Prints that a host cannot be read. */
  void broken(String origin, String reason);

  /** Prints what comes after the last host. */
  void end();
}
