package dev.adit.platform;

import dev.adit.platform.Condition.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The answer to a question that users ask about a function.
 *
 * @param symptom the question
 * @param seen whether what they ask about is there
 * @param causes the rules that say why
 * @param unknown what is not known and could be a cause too
 */
public record Diagnosis(Symptom symptom, Truth seen, List<Rule> causes, List<Fact> unknown) {
  /** {@return the answer that the evidence gives} */
  public static Diagnosis of(Symptom symptom, Evidence evidence) {
    Question question =
        new Question(evidence, Use.FUNCTION, Ims.AUTO, Platform.NO_TEST, Outcome.DENY);
    Truth seen = symptom.seen().holds(question);
    List<Rule> causes = new ArrayList<>();
    Set<Sign> missing = new TreeSet<>();
    for (Rule rule : symptom.causes()) {
      switch (rule.when().holds(question)) {
        case YES -> causes.add(rule);
        case NO -> {}
        case UNKNOWN -> {
          Set<Sign> signs = new TreeSet<>();
          Signs.of(rule.when(), signs);
          signs.removeIf(sign -> evidence.truth(sign) != Truth.UNKNOWN);
          missing.addAll(signs);
        }
      }
    }
    return new Diagnosis(
        symptom, seen, List.copyOf(causes), missing.stream().map(evidence::fact).toList());
  }
}
