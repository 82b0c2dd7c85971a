package dev.adit.platform;

import java.util.List;
import java.util.stream.Collectors;

/** When a rule fires, as data: it can be evaluated, and printed as it is evaluated. */
public sealed interface Condition {
  /**
   * What a condition is asked about.
   *
   * @param evidence what is known
   * @param use what somebody wants to do
   * @param ims the switch
   * @param platform what the test for bare metal said; NO_TEST while that is being found out
   * @param outcome the outcome so far; DENY while that is being found out
   */
  record Question(Evidence evidence, Use use, Ims ims, Platform platform, Outcome outcome) {}

  /** {@return whether it holds} */
  Truth holds(Question question);

  /** Always true. */
  record Always() implements Condition {
    @Override
    public Truth holds(Question question) {
      return Truth.YES;
    }

    @Override
    public String toString() {
      return "always";
    }
  }

  /** The evidence says so. */
  record Says(Sign sign) implements Condition {
    @Override
    public Truth holds(Question question) {
      return question.evidence().truth(sign);
    }

    @Override
    public String toString() {
      return sign.id();
    }
  }

  /** The evidence does not clearly say so: "unknown" counts as "no", which is the safe side. */
  record Unproved(Condition condition) implements Condition {
    @Override
    public Truth holds(Question question) {
      return Truth.of(condition.holds(question) != Truth.YES);
    }

    @Override
    public String toString() {
      return "unproved(" + condition + ")";
    }
  }

  /** The opposite. */
  record Not(Condition condition) implements Condition {
    @Override
    public Truth holds(Question question) {
      return condition.holds(question).not();
    }

    @Override
    public String toString() {
      return "not(" + condition + ")";
    }
  }

  /** All of them. */
  record All(List<Condition> conditions) implements Condition {
    @Override
    public Truth holds(Question question) {
      Truth truth = Truth.YES;
      for (Condition condition : conditions) {
        truth = truth.and(condition.holds(question));
        if (truth == Truth.NO) {
          return truth;
        }
      }
      return truth;
    }

    @Override
    public String toString() {
      return conditions.stream().map(Condition::toString).collect(Collectors.joining(" and "));
    }
  }

  /** One of them at least. */
  record Any(List<Condition> conditions) implements Condition {
    @Override
    public Truth holds(Question question) {
      Truth truth = Truth.NO;
      for (Condition condition : conditions) {
        truth = truth.or(condition.holds(question));
      }
      return truth;
    }

    @Override
    public String toString() {
      return conditions.stream()
          .map(Condition::toString)
          .collect(Collectors.joining(" or ", "(", ")"));
    }
  }

  /** The messages are used by this role. */
  record RoleIs(Use.Role role) implements Condition {
    @Override
    public Truth holds(Question question) {
      return Truth.of(question.use().role() == role);
    }

    @Override
    public String toString() {
      return "use is " + role.title();
    }
  }

  /** The store is written by this party. */
  record WriterIs(Use.Writer writer) implements Condition {
    @Override
    public Truth holds(Question question) {
      return Truth.of(question.use().writer() == writer);
    }

    @Override
    public String toString() {
      return "store is written by the " + writer.title();
    }
  }

  /** The messages lie in this kind of store. */
  record StoreIs(Use.Store store) implements Condition {
    @Override
    public Truth holds(Question question) {
      return Truth.of(question.use().store() == store);
    }

    @Override
    public String toString() {
      return "store is in " + store.title();
    }
  }

  /** The test for bare metal gave this result. */
  record PlatformIs(Platform platform) implements Condition {
    @Override
    public Truth holds(Question question) {
      return Truth.of(question.platform() == platform);
    }

    @Override
    public String toString() {
      return "platform is " + platform.title();
    }
  }

  /** The switch stands so. */
  record ImsIs(Ims ims) implements Condition {
    @Override
    public Truth holds(Question question) {
      return Truth.of(question.ims() == ims);
    }

    @Override
    public String toString() {
      return "ims=" + ims;
    }
  }

  /** The decision came out so. */
  record OutcomeIs(Outcome outcome) implements Condition {
    @Override
    public Truth holds(Question question) {
      return Truth.of(question.outcome() == outcome);
    }

    @Override
    public String toString() {
      return "outcome is " + outcome.title();
    }
  }

  /** {@return a condition on a sign} */
  static Condition says(Sign sign) {
    return new Says(sign);
  }

  /** {@return the opposite of a condition} */
  static Condition not(Condition condition) {
    return new Not(condition);
  }

  /** {@return that a condition is not clearly true} */
  static Condition unproved(Condition condition) {
    return new Unproved(condition);
  }

  /** {@return that all hold} */
  static Condition all(Condition... conditions) {
    return new All(List.of(conditions));
  }

  /** {@return that one holds at least} */
  static Condition any(Condition... conditions) {
    return new Any(List.of(conditions));
  }
}
