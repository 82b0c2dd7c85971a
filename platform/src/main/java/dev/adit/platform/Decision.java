package dev.adit.platform;

import dev.adit.platform.Condition.Question;
import dev.adit.platform.Verdict.Fired;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The decision whether interrupt message stores may be used: a pure function of evidence, use and
 * switch. It knows no files, no clock and no threads.
 */
public final class Decision {
  private Decision() {}

  /** {@return the verdict for one use of one function} */
  public static Verdict decide(Evidence evidence, Use use, Ims ims) {
    Asked asked = new Asked();
    Question question = new Question(evidence, use, ims, Platform.NO_TEST, Outcome.DENY);

    Rule classified = asked.first(Rules.PLATFORM, question);
    asked.alsoTrue(Rules.PLATFORM, classified, question);
    Platform platform = ((Effect.Classify) classified.effect()).platform();
    question = new Question(evidence, use, ims, platform, Outcome.DENY);

    Rule isolated = asked.first(Rules.ISOLATION, question);
    Rule decided = asked.first(Rules.DECISION, question);
    Outcome outcome = ((Effect.Decide) decided.effect()).outcome();
    question = new Question(evidence, use, ims, platform, outcome);
    asked.every(Rules.REMARKS, question);

    return new Verdict(
        use,
        ims,
        platform,
        outcome,
        ((Effect.Isolate) isolated.effect()).level(),
        decided,
        List.copyOf(asked.fired),
        asked.unknown.stream().map(evidence::fact).toList(),
        Changes.of(evidence, use, ims, outcome, asked.unknown));
  }

  /** {@return the outcome alone, without the story around it} */
  static Outcome outcome(Evidence evidence, Use use, Ims ims) {
    Question question = new Question(evidence, use, ims, Platform.NO_TEST, Outcome.DENY);
    Rule classified = firing(Rules.PLATFORM, question);
    Platform platform = ((Effect.Classify) classified.effect()).platform();
    question = new Question(evidence, use, ims, platform, Outcome.DENY);
    return ((Effect.Decide) firing(Rules.DECISION, question).effect()).outcome();
  }

  private static Rule firing(List<Rule> rules, Question question) {
    for (Rule rule : rules) {
      if (rule.when().holds(question) == Truth.YES) {
        return rule;
      }
    }
    throw new AssertionError("the last rule of a list fires for every use");
  }

  /** Collects what fired and what was asked for in vain. */
  private static final class Asked {
    private final List<Fired> fired = new ArrayList<>();
    private final Set<Sign> unknown = new TreeSet<>();

    Rule first(List<Rule> rules, Question question) {
      for (Rule rule : rules) {
        if (ask(rule, question)) {
          return rule;
        }
      }
      throw new AssertionError("the last rule of a list fires for every use");
    }

    /** Adds the rules that say the same as the first one, so that all evidence is shown. */
    void alsoTrue(List<Rule> rules, Rule first, Question question) {
      for (Rule rule : rules.subList(rules.indexOf(first) + 1, rules.size())) {
        if (rule.effect().equals(first.effect())) {
          ask(rule, question);
        }
      }
    }

    void every(List<Rule> rules, Question question) {
      for (Rule rule : rules) {
        ask(rule, question);
      }
    }

    private boolean ask(Rule rule, Question question) {
      Truth truth = rule.when().holds(question);
      if (truth == Truth.NO) {
        return false;
      }
      Set<Sign> signs = new TreeSet<>();
      Signs.of(rule.when(), signs);
      List<Fact> facts = new ArrayList<>();
      List<Sign> missing = new ArrayList<>();
      for (Sign sign : signs) {
        Fact fact = question.evidence().fact(sign);
        if (fact.truth() == Truth.UNKNOWN) {
          missing.add(sign);
        } else {
          facts.add(fact);
        }
      }
      // A rule that fires rests on its known answers, unless it fires because none is known.
      if (truth == Truth.UNKNOWN || facts.isEmpty()) {
        unknown.addAll(missing);
      }
      if (truth == Truth.YES) {
        fired.add(new Fired(rule, List.copyOf(facts)));
      }
      return truth == Truth.YES;
    }
  }
}
