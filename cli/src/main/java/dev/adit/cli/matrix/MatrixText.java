package dev.adit.cli.matrix;

import dev.adit.cli.output.Output;
import dev.adit.cli.output.Output.Look;
import dev.adit.interrupts.IsolationLevel;
import dev.adit.machine.Attack;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/** The matrix as a table. */
final class MatrixText {
  private static final String ROW = "%-4s  %-7s  %-5s  %9s  %5s  %5s  %s%n";

  private final Output output;
  private final PrintWriter out;

  MatrixText(Output output, PrintWriter out) {
    this.output = output;
    this.out = out;
  }

  void print(
      List<MatrixResult> results, Map<IsolationLevel, List<Attack>> attacks, boolean verbose) {
    for (MatrixResult result : results) {
      if (result.equals(firstOf(results, result.row()))) {
        head(result.row());
      }
      line(result);
      if (verbose) {
        details(result);
      }
    }
    out.println();
    levels(attacks);
    long wrong = results.stream().filter(result -> !result.problems().isEmpty()).count();
    out.println();
    out.println(
        wrong == 0
            ? output.look(Look.GOOD, results.size() + " cases came out as expected.")
            : output.look(Look.BAD, wrong + " of " + results.size() + " cases did not."));
  }

  private static MatrixResult firstOf(List<MatrixResult> results, MatrixRow row) {
    return results.stream().filter(result -> result.row() == row).findFirst().orElseThrow();
  }

  private void head(MatrixRow row) {
    out.println();
    out.println(
        output.look(Look.STRONG, row.title())
            + "  (isolation level "
            + row.setup().level().number()
            + ")");
    out.printf("  " + ROW, "ims", "verdict", "uses", "delivered", "traps", "calls", "reason");
  }

  private void line(MatrixResult result) {
    out.printf(
        "  " + ROW,
        result.ims(),
        result.verdict().outcome().title(),
        result.store().startsWith("IMS") ? "IMS" : "MSI-X",
        result.delivered() + "/" + result.sent(),
        result.traps(),
        result.hypercalls(),
        result.verdict().reason());
    result
        .verdict()
        .caveats()
        .forEach(rule -> out.println("      " + output.look(Look.DOUBTFUL, rule.text())));
    result
        .verdict()
        .complaints()
        .forEach(rule -> out.println("      " + output.look(Look.BAD, rule.text())));
    result.problems().forEach(text -> out.println("      " + output.look(Look.BAD, text)));
  }

  private void details(MatrixResult result) {
    for (MatrixResult.Hop hop : result.hops()) {
      out.printf("        %-10s %s%n", hop.where(), hop.what());
    }
    for (Attack attack : result.attacks()) {
      out.printf("        %-10s %s%n", "attack", attack(attack));
    }
  }

  private void levels(Map<IsolationLevel, List<Attack>> attacks) {
    attacks.forEach(
        (level, list) -> {
          out.println(
              output.look(
                  Look.STRONG, "Attacks on level " + level.number() + ": " + level.title()));
          for (Attack attack : list) {
            Look look =
                attack.broken() ? Look.BAD : attack.through() == 0 ? Look.GOOD : Look.DOUBTFUL;
            out.println("  " + output.look(look, attack(attack)));
          }
        });
  }

  private static String attack(Attack attack) {
    String end =
        attack.through() == 0
            ? "none of " + attack.tried() + " got through"
            : attack.through() + " of " + attack.tried() + " GOT THROUGH";
    String claim = attack.claimed() ? "" : ", which only a higher level stops";
    return attack.kind().text() + ": " + end + claim + why(attack.stopped());
  }

  private static String why(Map<String, Long> stopped) {
    StringBuilder text = new StringBuilder();
    stopped.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            each ->
                text.append(text.isEmpty() ? "; " : ", ")
                    .append(each.getKey())
                    .append(" ")
                    .append(each.getValue())
                    .append("x"));
    return text.toString();
  }
}
