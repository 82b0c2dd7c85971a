package dev.adit.cli.inspect;

import dev.adit.pci.SeenFunction;
import java.util.List;

/** A way to print what was inspected: sources one after another, then the end. */
interface InspectPrinter {
  /**
   * Prints the functions of one source.
   *
   * @param titled whether to say which source, because there are several
   */
  void source(String name, List<SeenFunction> functions, boolean titled);

  /** Notes a source that could not be read; the user was told on standard error. */
  default void broken(String name, String reason) {}

  /** Nothing follows. */
  default void end() {}
}
