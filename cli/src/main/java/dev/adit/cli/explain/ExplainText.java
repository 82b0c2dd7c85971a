package dev.adit.cli.explain;

import dev.adit.cli.output.Output;
import dev.adit.platform.Diagnosis;
import dev.adit.platform.Evidence;
import dev.adit.platform.Fact;
import dev.adit.platform.Rule;
import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import dev.adit.platform.Use;
import dev.adit.platform.Verdict;
import dev.adit.platform.gather.Assessment;
import dev.adit.platform.gather.Machine;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A host told in full: evidence, verdicts, what is unknown, what would change them. */
final class ExplainText implements ExplainPrinter {
  private final PrintWriter out;
  private final Output output;
  private final Detail detail;

  /**
   * How much is told.
   *
   * @param everything what was decoded and every rule that fired
   * @param functions the functions only, which the user named
   */
  record Detail(boolean everything, boolean functions) {}

  ExplainText(PrintWriter out, Output output, Detail detail) {
    this.out = out;
    this.output = output;
    this.detail = detail;
  }

  static Output.Look look(Verdict verdict) {
    return switch (verdict.outcome()) {
      case ALLOW -> verdict.caveats().isEmpty() ? Output.Look.GOOD : Output.Look.DOUBTFUL;
      case MSI_X -> Output.Look.DOUBTFUL;
      case DENY -> Output.Look.BAD;
    };
  }

  @Override
  public void host(String origin, Assessment assessment) {
    Machine machine = assessment.machine();
    Verdict first = assessment.general().getFirst();
    out.printf(
        "%s, Linux %s: %s%n",
        output.look(Output.Look.STRONG, machine.name()),
        machine.kernel(),
        output.look(Output.Look.STRONG, first.platform().title()));
    evidence(machine.evidence());
    if (detail.everything()) {
      list("Decoded", machine.details());
    }
    list("Wrong with what was read", machine.problems());
    if (!detail.functions()) {
      out.printf(
          "%nVerdicts of the platform, ims=%s, for a function that has everything%n",
          assessment.ims());
      verdicts(assessment.general());
    }
    for (Assessment.Assessed function : assessment.functions()) {
      function(function, assessment);
    }
    if (!detail.functions()) {
      out.printf(
          "%nOf %d functions, %d have no IMS and %d hide whether they have%s.%n",
          machine.functions().size(),
          assessment.without(),
          assessment.hidden(),
          assessment.hidden() > 0 ? " (root sees more)" : "");
    }
  }

  private void evidence(Evidence evidence) {
    out.println();
    out.println("Evidence");
    for (Fact fact : evidence.facts()) {
      if (detail.everything() || isMachine(fact.sign())) {
        fact(fact);
      }
    }
  }

  /** Signs that only questions of users ask for are left out of the short report. */
  private static boolean isMachine(Sign sign) {
    return sign.subject() != Sign.Subject.QUESTION;
  }

  private void fact(Fact fact) {
    out.printf(
        Locale.ROOT,
        "  %-8s %-64s %s (%s)%n",
        truth(fact.truth()),
        fact.sign().text(),
        fact.detail(),
        fact.source());
  }

  private static String truth(Truth truth) {
    return switch (truth) {
      case YES -> "yes";
      case NO -> "no";
      case UNKNOWN -> "unknown";
    };
  }

  private void function(Assessment.Assessed assessed, Assessment assessment) {
    var function = assessed.part().function();
    out.printf(
        "%n%s [%04x:%04x], ims=%s%n",
        output.look(Output.Look.STRONG, function.address().toString()),
        function.vendor(),
        function.device(),
        assessment.ims());
    for (Fact fact : assessed.part().evidence().facts()) {
      boolean own = fact.sign().subject() == Sign.Subject.FUNCTION;
      if (own || !fact.equals(assessment.machine().evidence().fact(fact.sign()))) {
        fact(fact);
      }
    }
    verdicts(assessed.verdicts());
    assessed.diagnoses().forEach(this::diagnosis);
  }

  private void verdicts(List<Verdict> verdicts) {
    Map<String, Rule> remarks = new LinkedHashMap<>();
    for (Verdict verdict : verdicts) {
      out.printf(
          Locale.ROOT,
          "  %-44s %s%s  isolation %d  [%s]%n      %s%n",
          use(verdict.use()),
          output.look(look(verdict), verdict.outcome().title()),
          " ".repeat(Math.max(0, 6 - verdict.outcome().title().length())),
          verdict.isolation().number(),
          verdict.rule().id(),
          verdict.reason());
      for (Verdict.Change change : verdict.changes()) {
        out.printf(
            "      %s if: %s%n", change.outcome().title(), String.join("; and ", change.steps()));
      }
      if (detail.everything()) {
        verdict
            .fired()
            .forEach(
                fired ->
                    out.printf("      fired: %s (%s)%n", fired.rule().id(), fired.rule().source()));
      }
      verdict.caveats().forEach(rule -> remarks.put("CAVEAT  " + rule.text(), rule));
      verdict.complaints().forEach(rule -> remarks.put("WARNING " + rule.text(), rule));
      verdict.notes().forEach(rule -> remarks.put("note    " + rule.text(), rule));
      verdict
          .unknown()
          .forEach(
              fact ->
                  remarks.put(
                      "unknown whether " + fact.sign().text() + ": " + fact.detail(),
                      verdict.rule()));
    }
    remarks.forEach(
        (text, rule) ->
            out.printf(
                "  %s%s%n",
                text.startsWith("CAVEAT") || text.startsWith("WARNING")
                    ? output.look(Output.Look.DOUBTFUL, text)
                    : text,
                text.startsWith("unknown") ? "" : " [" + rule.id() + "]"));
  }

  static String use(Use use) {
    return switch (use.role()) {
      case FUNCTION -> "PF or VF by its own driver";
      case SUB_DEVICE ->
          use.writer() == Use.Writer.TENANT
              ? "sub-device, guest or user writes its store"
              : use.store() == Use.Store.QUEUE_MEMORY
                  ? "sub-device, messages in its queues"
                  : "sub-device, only the host writes its store";
      case PASSED_SUB_DEVICE -> "sub-device passed to a guest, as seen there";
    };
  }

  private void diagnosis(Diagnosis diagnosis) {
    out.printf("  %s%n", diagnosis.symptom().question());
    if (diagnosis.seen() == Truth.NO) {
      out.println("      it is not so here");
      return;
    }
    diagnosis.causes().forEach(rule -> out.printf("      %s [%s]%n", rule.text(), rule.id()));
    if (diagnosis.causes().isEmpty()) {
      out.println("      no cause was found in what is known");
    }
    for (Fact fact : diagnosis.unknown()) {
      out.printf("      unknown whether %s: %s%n", fact.sign().text(), fact.detail());
    }
  }

  private void list(String title, List<String> lines) {
    if (!lines.isEmpty()) {
      out.println();
      out.println(title);
      lines.forEach(line -> out.println("  " + line));
    }
  }

  @Override
  public void broken(String origin, String reason) {
    out.flush();
  }

  @Override
  public void end() {
    out.flush();
  }
}
