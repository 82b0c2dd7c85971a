package dev.adit.cli.boot;

import dev.adit.cli.output.Output;
import dev.adit.host.HostTenant;
import dev.adit.interrupts.IsolationLevel;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * What an attacker could do to a guest beside it.
 *
 * @param way how both reach their stores
 * @param level what checks messages
 * @param shared whether both functions have the same requester ID
 * @param victim what the victim told
 * @param attacker what the attacker told
 * @param held the victim as the host knows it
 * @param forging the attacker as the host knows it
 */
record ImsAttackReport(
    ImsOptions.Way way,
    IsolationLevel level,
    boolean shared,
    GuestRun victim,
    GuestRun attacker,
    HostTenant held,
    HostTenant forging) {

  /**
   * {@return whether the level claims to protect the victim: where only the host writes real
   * messages, and where the remapper can tell the two functions apart}
   */
  boolean claimed() {
    return way == ImsOptions.Way.trap
        || level == IsolationLevel.REMAPPER_PASID
        || (level != IsolationLevel.NONE && !shared);
  }

  /** {@return what is wrong; empty if both guests ran and the claim held} */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    complaints("the victim", victim, problems);
    complaints("the attacker", attacker, problems);
    if (count(attacker, "forged") <= 0) {
      problems.add("nothing was forged");
    }
    for (String bad : List.of("lost", "corrupt", "failed", "stuck")) {
      if (count(victim, bad) != 0) {
        problems.add("the victim counts " + bad + " " + count(victim, bad));
      }
    }
    if (claimed() && (forging.strayed() != 0 || disturbed() != 0)) {
      problems.add("forged messages reached the victim, which level " + level.number() + " denies");
    }
    return problems;
  }

  private static void complaints(String who, GuestRun run, List<String> problems) {
    run.failure().ifPresent(why -> problems.add(who + ": " + why));
    for (GuestRun.Boot boot : run.boots()) {
      boot.steps().stream()
          .filter(step -> !step.passed())
          .forEach(step -> problems.add(who + ", " + step.name() + ": " + step.detail()));
    }
  }

  /** Interrupts of the victim for no completion of its own. */
  private long disturbed() {
    return count(victim, "spurious") + count(victim, "strays");
  }

  private static long count(GuestRun run, String name) {
    return run.boots().isEmpty() ? -1 : run.boots().getLast().stat(name);
  }

  void print(PrintWriter out, Output output) {
    out.printf(
        "attack     way %s, isolation level %d (%s), %s%n",
        way,
        level.number(),
        level.title(),
        shared ? "both functions with one requester ID" : "each function with its requester ID");
    out.printf(
        "  attacker forged %d messages; the host let %d of all that its function sent through,"
            + " %d to itself%n",
        count(attacker, "forged"),
        forging.delivered(),
        forging.delivered() - forging.strayed() - forging.intoHost());
    out.printf("  stopped  %s%n", forging.faults().isEmpty() ? "none" : forging.faults());
    out.printf(
        "  reached  the victim %d times, the host's own processors %d times%n",
        forging.strayed(), forging.intoHost());
    out.printf(
        "  victim   %d interrupts, %d lost; %d spurious, %d for vectors nobody has%n",
        count(victim, "interrupts"),
        count(victim, "lost"),
        count(victim, "spurious"),
        count(victim, "strays"));
    out.println(
        claimed() ? "  claim    nothing reaches the victim" : "  claim    none on this level");
    problems().forEach(problem -> out.println("  WRONG    " + problem));
    BootReport.printOutcome(out, output, problems().isEmpty(), "");
  }

  void write(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("schema", "adit.attack/1");
    json.writeStringProperty("way", way.toString());
    json.writeNumberProperty("isolation", level.number());
    json.writeBooleanProperty("shared", shared);
    json.writeBooleanProperty("claimed", claimed());
    json.writeNumberProperty("forged", count(attacker, "forged"));
    json.writeNumberProperty("reachedVictim", forging.strayed());
    json.writeNumberProperty("reachedHost", forging.intoHost());
    json.writeNumberProperty("spurious", count(victim, "spurious"));
    json.writeNumberProperty("interrupts", count(victim, "interrupts"));
    json.writeObjectPropertyStart("stopped");
    forging.faults().forEach((reason, n) -> json.writeNumberProperty(reason.name(), n));
    json.writeEndObject();
    Output.strings(json, "problems", problems());
    json.writeEndObject();
  }
}
