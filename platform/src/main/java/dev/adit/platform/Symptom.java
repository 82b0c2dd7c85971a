package dev.adit.platform;

import java.util.List;

/**
 * Something users of a family of devices see and ask about. All causes that fire count; one is
 * enough.
 *
 * @param id its name, stable across versions
 * @param question in the users' words
 * @param seen when it is there
 * @param causes what may be behind it
 */
public record Symptom(String id, String question, Condition seen, List<Rule> causes) {
  /** {@return a rule that names a cause} */
  public static Rule cause(String id, Condition when, String text, String source) {
    return new Rule(id, when, new Effect.Cause(), text, source);
  }
}
