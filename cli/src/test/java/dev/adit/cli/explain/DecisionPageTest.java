package dev.adit.cli.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.interrupts.IsolationLevel;
import dev.adit.platform.Decision;
import dev.adit.platform.Fact;
import dev.adit.platform.Ims;
import dev.adit.platform.Rule;
import dev.adit.platform.Rules;
import dev.adit.platform.Symptom;
import dev.adit.platform.TruthTable;
import dev.adit.platform.Verdict;
import dev.adit.platform.gather.Families;
import dev.adit.platform.gather.FamilyEvidence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Writes docs/ims-decision.md from the rules; -Dadit.update=true puts it in its place. */
final class DecisionPageTest {
  private static final Path PAGE = Path.of("../docs/ims-decision.md");

  @Test
  void thePageSaysWhatTheRulesSay() throws IOException {
    String page = page();
    if (Boolean.getBoolean("adit.update")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/ims-decision.md; write it with -Dadit.update=true")
        .isEqualTo(page);
  }

  private static String page() {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # May IMS be used here?

        <!-- Generated from the rules by DecisionPageTest in the module cli; do not edit. -->

        An interrupt message store (IMS) is one more place where a device keeps the (address, data) pairs of its
        interrupts. On bare metal that is harmless. In a guest the pairs that the guest's kernel composes are not
        real: for MSI and MSI-X a VMM traps the write and puts the right pair in, but it does not know where
        every device keeps its IMS. So before a driver uses IMS somebody has to decide whether it is safe. The
        switch is `ims=auto|on|off`; this page says how `auto` decides, and what `on` does not override.

        "Thread" is the discussion of the patch "PCI: add SIOV and IMS capability detection" on the Linux mailing
        lists, 30 October to 17 November 2020. It ended with the switch on one side and, on the other, the remark
        that a switch decides nothing without the logic behind `auto`. This is that logic. `adit explain` shows it
        at work on a machine, `adit explain --rules` prints the rules.

        ## How a verdict comes about

        1. **What is the machine?** Signs of a virtual machine are collected. One is enough. If there is none, the
           machine is *probably* bare metal: a VMM that hides shows none either.
        2. **How well are interrupts isolated?** A level from 0 to 3, see below.
        3. **What may be used?** The first rule that fires for the use in question decides: IMS, MSI-X instead, or
           nothing of the kind because it would let one tenant forge another's interrupts.
        4. **What else must be said?** Caveats, complaints, notes; what is unknown; what would change the verdict.

        What nobody knows never counts in favour of IMS where isolation depends on it. What nobody knows about the
        machine is named, with the verdict it would lead to.

        """);
    page.append("## The platform and the switch\n\nFor a function by its own driver:\n\n");
    page.append("| what the platform says | auto | on | off |\n|---|---|---|---|\n");
    for (TruthTable.Row row : TruthTable.PLATFORMS) {
      page.append("| ").append(row.title()).append(" |");
      for (Ims ims : Ims.values()) {
        page.append(' ').append(cell(decide(row, ims))).append(" |");
      }
      page.append('\n');
    }
    page.append(
        "\n## The use\n\n| what somebody wants to do | auto | on | reason |\n|---|---|---|---|\n");
    for (TruthTable.Row row : TruthTable.CASES) {
      page.append(
          "| %s | %s | %s | %s |%n"
              .formatted(
                  row.title(),
                  cell(decide(row, Ims.AUTO)),
                  cell(decide(row, Ims.ON)),
                  decide(row, Ims.AUTO).reason()));
    }
    page.append(
        """

        ## Worked examples

        One for each row, with `ims=auto`. Facts that do not matter are left out.
        """);
    TruthTable.PLATFORMS.forEach(row -> example(page, row));
    TruthTable.CASES.forEach(row -> example(page, row));
    page.append("\n## Isolation levels\n\n| level | what is checked |\n|---|---|\n");
    for (IsolationLevel level : IsolationLevel.values()) {
      page.append("| %d | %s |%n".formatted(level.number(), level.title()));
    }
    page.append("\n## The rules\n");
    rules(page, "What the machine is: the first that fires counts", Rules.PLATFORM);
    rules(page, "How well interrupts are isolated: the first that fires counts", Rules.ISOLATION);
    rules(page, "What may be used: the first that fires counts", Rules.DECISION);
    rules(page, "What else is said: all that fire", Rules.REMARKS);
    for (FamilyEvidence family : Families.all()) {
      for (Symptom symptom : family.symptoms()) {
        rules(page, family.name() + ": " + symptom.question(), symptom.causes());
      }
    }
    return page.toString();
  }

  private static void example(StringBuilder page, TruthTable.Row row) {
    Verdict verdict = decide(row, Ims.AUTO);
    page.append(
        "%n### %s (`%s`)%n%nUse: %s, store in %s, written by the %s.%n%n"
            .formatted(
                row.title(),
                row.id(),
                row.use().role().title(),
                row.use().store().title(),
                row.use().writer().title()));
    for (Verdict.Fired fired : verdict.fired()) {
      page.append("- `%s`: %s".formatted(fired.rule().id(), fired.rule().text()));
      for (Fact fact : fired.facts()) {
        page.append(
            "%n  - %s: %s"
                .formatted(fact.sign().text(), fact.truth().name().toLowerCase(Locale.ROOT)));
      }
      page.append('\n');
    }
    page.append(
        "%nVerdict: **%s**, isolation level %d.%n"
            .formatted(verdict.outcome().title(), verdict.isolation().number()));
    for (Verdict.Change change : verdict.changes()) {
      page.append(
          "It would be %s if somebody did this: %s.%n"
              .formatted(change.outcome().title(), String.join("; and ", change.steps())));
    }
  }

  private static void rules(StringBuilder page, String title, List<Rule> rules) {
    page.append("\n### ").append(title).append("\n\n");
    page.append("| id | if | then | because | source |\n|---|---|---|---|---|\n");
    for (Rule rule : rules) {
      page.append(
          "| `%s` | %s | %s | %s | %s |%n"
              .formatted(rule.id(), rule.when(), rule.effect(), rule.text(), rule.source()));
    }
  }

  private static String cell(Verdict verdict) {
    return verdict.outcome().title()
        + (verdict.caveats().isEmpty() ? "" : ", with a caveat")
        + (verdict.complaints().isEmpty() ? "" : ", and a loud complaint");
  }

  private static Verdict decide(TruthTable.Row row, Ims ims) {
    return Decision.decide(row.evidence(), row.use(), ims);
  }
}
