package dev.adit.cli.inspect;

import dev.adit.cli.output.ExitCode;
import dev.adit.pci.CapabilityList;
import dev.adit.pci.ConfigSpace;
import dev.adit.pci.SeenFunction;
import dev.adit.pci.Sighting;
import dev.adit.pci.SiovSupport;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;

/** Counts over all functions that were inspected, for the exit code and the closing remark. */
final class Tally {
  private final boolean judge;
  private int functions;
  private int truncated;
  private int damaged;
  private int text;
  private boolean siov;
  private boolean ims;
  boolean broken;

  /**
   * Begins to count.
   *
   * @param judge whether the exit code depends on what functions can do
   */
  Tally(boolean judge) {
    this.judge = judge;
  }

  void add(List<SeenFunction> more) {
    functions += more.size();
    for (SeenFunction function : more) {
      boolean told = function.config().told();
      text += told ? 1 : 0;
      truncated += !told && function.config().size() < ConfigSpace.CONVENTIONAL ? 1 : 0;
      damaged += damaged(function) ? 1 : 0;
      if (!judge) {
        continue;
      }
      SiovSupport support = SiovSupport.of(function);
      siov |= support.dvsec() == Sighting.PRESENT || support.siov() == Sighting.PRESENT;
      ims |= support.ims() == Sighting.PRESENT;
    }
  }

  /** Whether a list of capabilities was broken where it could be read. */
  private static boolean damaged(SeenFunction function) {
    CapabilityList list = function.capabilities();
    return !(list.standardVisible() && list.extendedVisible()) && !list.problems().isEmpty();
  }

  void explain(PrintWriter err) {
    if (truncated > 0) {
      err.printf(
          "adit: %d of %d functions show less than 256 bytes; their capabilities are hidden,"
              + " not absent (root sees all)%n",
          truncated, functions);
    }
    if (text > 0) {
      err.printf(
          "adit: %d of %d functions were read from text; what it does not carry is not visible,"
              + " which is not absent ('lspci -xxxx' as root has all)%n",
          text, functions);
    }
    if (damaged > 0) {
      err.printf(
          "adit: %d of %d functions have a broken list of capabilities; what lies behind the damage"
              + " is not visible, which is not absent (-v shows where)%n",
          damaged, functions);
    }
    err.flush();
  }

  int exitCode(Set<InspectCommand.FailOn> failOn) {
    if (broken) {
      return ExitCode.FAILED;
    }
    for (InspectCommand.FailOn condition : failOn) {
      boolean holds =
          switch (condition) {
            case none -> functions == 0;
            case nosiov -> !siov;
            case noims -> !ims;
          };
      if (holds) {
        return ExitCode.NEGATIVE;
      }
    }
    return ExitCode.DONE;
  }
}
