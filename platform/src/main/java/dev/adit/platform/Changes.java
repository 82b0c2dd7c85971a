package dev.adit.platform;

import dev.adit.platform.Verdict.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Finds what would lead to another outcome by asking the rules again with other answers. */
final class Changes {
  private Changes() {}

  static List<Change> of(Evidence evidence, Use use, Ims ims, Outcome outcome, Set<Sign> unknown) {
    List<Change> changes = new ArrayList<>();
    if (outcome != Outcome.ALLOW) {
      switches(evidence, use, ims, changes);
      remedies(evidence, use, ims, changes);
    }
    answers(evidence, use, ims, outcome, unknown, changes);
    return List.copyOf(changes);
  }

  /** Another position of the switch that would allow it. */
  private static void switches(Evidence evidence, Use use, Ims ims, List<Change> into) {
    for (Ims other : List.of(Ims.AUTO, Ims.ON)) {
      if (other != ims && Decision.outcome(evidence, use, other) == Outcome.ALLOW) {
        into.add(new Change(List.of("ims=" + other), Outcome.ALLOW));
        return;
      }
    }
  }

  /** A smallest set of remedies that would allow it, the hard ones left out where possible. */
  private static void remedies(Evidence evidence, Use use, Ims ims, List<Change> into) {
    Ims asked = ims == Ims.OFF ? Ims.AUTO : ims;
    if (ims == Ims.OFF && Decision.outcome(evidence, use, asked) == Outcome.ALLOW) {
      return;
    }
    List<Sign> assumed = new ArrayList<>();
    for (Sign sign : Sign.standard()) {
      if (sign.remedy().isPresent() && evidence.truth(sign) != Truth.YES) {
        assumed.add(sign);
      }
    }
    if (outcome(evidence, assumed, use, asked) != Outcome.ALLOW) {
      return;
    }
    assumed = smallest(evidence, assumed, use, asked);
    List<String> steps = new ArrayList<>();
    if (ims == Ims.OFF) {
      steps.add("ims=auto");
    }
    assumed.forEach(sign -> steps.add(sign.remedy().orElseThrow()));
    into.add(new Change(List.copyOf(steps), Outcome.ALLOW));
  }

  /** Leaves out what is not needed, again and again: what one needs another may make needless. */
  private static List<Sign> smallest(Evidence evidence, List<Sign> assumed, Use use, Ims ims) {
    List<Sign> needed = assumed;
    int before;
    do {
      before = needed.size();
      for (Sign sign : List.copyOf(needed).reversed()) {
        List<Sign> fewer = new ArrayList<>(needed);
        fewer.remove(sign);
        if (outcome(evidence, fewer, use, ims) == Outcome.ALLOW) {
          needed = fewer;
        }
      }
    } while (needed.size() < before);
    return needed;
  }

  /** Answers that are missing and would turn the outcome. */
  private static void answers(
      Evidence evidence, Use use, Ims ims, Outcome outcome, Set<Sign> unknown, List<Change> into) {
    for (Sign sign : unknown) {
      for (Truth truth : List.of(Truth.YES, Truth.NO)) {
        Outcome other = Decision.outcome(evidence.assuming(sign, truth), use, ims);
        if (other != outcome) {
          String step =
              truth == Truth.YES ? "it turns out that " : "it turns out not to be so that ";
          into.add(new Change(List.of(step + sign.text()), other));
        }
      }
    }
  }

  private static Outcome outcome(Evidence evidence, List<Sign> assumed, Use use, Ims ims) {
    Evidence other = evidence;
    for (Sign sign : assumed) {
      other = other.assuming(sign, Truth.YES);
    }
    return Decision.outcome(other, use, ims);
  }
}
