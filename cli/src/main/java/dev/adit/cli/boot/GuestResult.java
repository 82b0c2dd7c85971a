package dev.adit.cli.boot;

import dev.adit.cli.explain.ExplainJson;
import dev.adit.cli.matrix.GuestRow;
import dev.adit.cli.matrix.MatrixResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What happened in a real guest in a row of the matrix, with one position of the switch.
 *
 * @param told what the guest's driver told
 * @param hops the way of an interrupt
 * @param twin what happened in the machine in memory, if there is one for the row
 * @param wrong what the run as a whole has shown to be wrong
 */
public record GuestResult(
    GuestRow row,
    ImsCase told,
    List<MatrixResult.Hop> hops,
    Optional<MatrixResult> twin,
    List<String> wrong) {

  /** {@return whether the driver uses the store} */
  public boolean ims() {
    return "ims".equals(told.stats().get("mode"));
  }

  /** {@return the rule that decided, as the driver says} */
  public String rule() {
    return told.evidence().getOrDefault("rule", "-");
  }

  /** {@return the driver's reason} */
  public String reason() {
    return told.stats().getOrDefault("reason", "-");
  }

  /** {@return what is wrong with this result, empty if nothing} */
  public List<String> problems() {
    List<String> problems = new ArrayList<>(wrong);
    String expected = ExplainJson.name(row.expected(told.ims()));
    String decided = told.evidence().getOrDefault("outcome", "nothing");
    if (!decided.equals(expected)) {
      problems.add("expected " + expected + ", decided " + decided);
    }
    if (ims() != decided.equals("allow")) {
      problems.add("decided " + decided + ", and uses " + told.stats().get("mode"));
    }
    for (String bad : List.of("lost", "corrupt", "failed", "stuck")) {
      if (told.count(bad) != 0) {
        problems.add(told.count(bad) + " " + bad);
      }
    }
    if (told.count("interrupts") <= 0) {
      problems.add("no interrupt came");
    }
    twin.ifPresent(memory -> compare(memory, problems));
    return problems;
  }

  private void compare(MatrixResult memory, List<String> problems) {
    String other = memory.verdict().rule().id();
    if (!rule().equals(other)) {
      problems.add("rule " + rule() + ", in memory " + other);
    }
    if (memory.store().startsWith("IMS") != ims()) {
      problems.add("the machine in memory uses " + memory.store());
    }
    List<String> here = hops.stream().map(MatrixResult.Hop::where).toList();
    List<String> there = memory.hops().stream().map(MatrixResult.Hop::where).toList();
    if (!here.equals(there)) {
      problems.add("the way is " + here + ", in memory " + there);
    }
  }
}
