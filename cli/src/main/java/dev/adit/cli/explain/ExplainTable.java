package dev.adit.cli.explain;

import dev.adit.cli.output.Output;
import dev.adit.platform.Verdict;
import dev.adit.platform.gather.Assessment;
import java.io.PrintWriter;
import java.util.Locale;

/** One row for each host, printed as soon as it is known. */
final class ExplainTable implements ExplainPrinter {
  private static final String ROW = "%-24s %-20s %-19s %-9s %-11s %-12s %-8s %4s %s%n";
  private final PrintWriter out;
  private final Output output;

  ExplainTable(PrintWriter out, Output output) {
    this.out = out;
    this.output = output;
    out.printf(
        Locale.ROOT,
        ROW,
        "HOST",
        "KERNEL",
        "PLATFORM",
        "FUNCTION",
        "HOST-STORE",
        "GUEST-STORE",
        "PASSED",
        "SIOV",
        "REASON");
  }

  @Override
  public void host(String origin, Assessment assessment) {
    Verdict function = assessment.general().getFirst();
    out.printf(
        Locale.ROOT,
        ROW,
        assessment.machine().name(),
        assessment.machine().kernel(),
        function.platform().title(),
        cell(assessment, 0, 9),
        cell(assessment, 1, 11),
        cell(assessment, 2, 12),
        cell(assessment, 3, 8),
        assessment.functions().size(),
        function.fired().getFirst().rule().id() + ", " + function.rule().id());
  }

  private String cell(Assessment assessment, int use, int width) {
    Verdict verdict = assessment.general().get(use);
    String mark = verdict.caveats().isEmpty() ? "" : "!";
    String text = verdict.outcome().title() + mark;
    // Colour codes have no width, so the padding comes first.
    return output.look(
        ExplainText.look(verdict), text + " ".repeat(Math.max(0, width - text.length())));
  }

  @Override
  public void broken(String origin, String reason) {
    out.printf(Locale.ROOT, "%-24s cannot be read: %s%n", origin, reason);
  }

  @Override
  public void end() {
    out.println();
    out.println(
        "A '!' marks a caveat. 'adit explain FILE' tells all about one host;"
            + " SIOV counts functions that have to do with it.");
  }
}
