package dev.adit.cli.boot;

import dev.adit.cli.explain.ExplainJson;
import dev.adit.platform.Fact;
import dev.adit.platform.Ims;
import dev.adit.platform.Truth;
import dev.adit.platform.Use;
import dev.adit.platform.Verdict;
import dev.adit.platform.gather.Assessment;
import dev.adit.platform.gather.Capture;
import dev.adit.platform.gather.CaptureException;
import dev.adit.platform.gather.Machine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the reference driver told with one position of its switch. */
public final class ImsCase {
  private final Ims ims;
  private final Map<String, String> evidence = new LinkedHashMap<>();
  private final Map<String, String> stats = new LinkedHashMap<>();
  private String path = "";

  ImsCase(Ims ims) {
    this.ims = ims;
  }

  /** Takes a fact that belongs to it. */
  void take(GuestMessage.Fact fact) {
    switch (fact.key()) {
      case "stat" -> pair(stats, fact.value());
      case "evidence" -> pair(evidence, fact.value());
      case "path" -> path = fact.value();
      default -> {}
    }
  }

  private static void pair(Map<String, String> map, String text) {
    int sign = text.indexOf('=');
    if (sign > 0) {
      map.put(text.substring(0, sign), text.substring(sign + 1));
    }
  }

  public Ims ims() {
    return ims;
  }

  /** {@return what the driver saw, by the names of the signs, and the rule that decided} */
  public Map<String, String> evidence() {
    return evidence;
  }

  /** {@return the driver's counters} */
  public Map<String, String> stats() {
    return stats;
  }

  /** {@return the first interrupt's entry, message and chips} */
  public String path() {
    return path;
  }

  /** {@return a counter, -1 if the driver has not told it} */
  public long count(String name) {
    String value = stats.getOrDefault(name, "");
    return value.matches("[0-9]{1,18}") ? Long.parseLong(value) : -1;
  }

  /**
   * {@return in what the driver's decision differs from that of {@code adit explain}; empty if in
   * nothing}
   *
   * @param capture what {@code adit capture} has taken in the guest
   * @param address the function
   */
  List<String> differences(byte[] capture, String address) {
    try {
      Machine machine = Machine.of(Capture.read("the guest's capture", capture), each -> true);
      return Assessment.of(machine, ims, part -> isAt(part, address)).functions().stream()
          .filter(function -> isAt(function.part(), address))
          .findFirst()
          .map(this::compare)
          .orElse(List.of("the capture has no function " + address));
    } catch (CaptureException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  private static boolean isAt(Machine.Part part, String address) {
    return part.function().address().toString().equals(address);
  }

  private List<String> compare(Assessment.Assessed function) {
    List<String> differences = new ArrayList<>();
    Verdict verdict = function.verdicts().get(Assessment.USES.indexOf(Use.FUNCTION));
    differ("rule", verdict.rule().id()).ifPresent(differences::add);
    differ("outcome", ExplainJson.name(verdict.outcome())).ifPresent(differences::add);
    for (Fact fact : function.part().evidence().facts()) {
      if (evidence.containsKey(fact.sign().id()) && fact.truth() != Truth.UNKNOWN) {
        differ(fact.sign().id(), ExplainJson.name(fact.truth())).ifPresent(differences::add);
      }
    }
    return differences;
  }

  private Optional<String> differ(String what, String outside) {
    String inside = evidence.getOrDefault(what, "nothing");
    return inside.equals(outside)
        ? Optional.empty()
        : Optional.of(
            "ims=%s, %s: the driver says %s, explain %s".formatted(ims, what, inside, outside));
  }
}
