package dev.adit.platform;

import dev.adit.interrupts.IsolationLevel;
import java.util.List;

/**
 * What was decided and why.
 *
 * @param use what was asked about
 * @param ims the switch
 * @param platform what the machine is
 * @param outcome what may be used
 * @param isolation how well interrupts are isolated, as far as it is known
 * @param rule the rule that decided
 * @param fired every rule that fired, in the order of asking, with the facts it rests on
 * @param unknown the facts that rules asked for and nobody knows
 * @param changes what would change the outcome
 */
public record Verdict(
    Use use,
    Ims ims,
    Platform platform,
    Outcome outcome,
    IsolationLevel isolation,
    Rule rule,
    List<Fired> fired,
    List<Fact> unknown,
    List<Change> changes) {

  /**
   * A rule that fired.
   *
   * @param rule the rule
   * @param facts the answers it rests on
   */
  public record Fired(Rule rule, List<Fact> facts) {}

  /**
   * What would lead to another outcome.
   *
   * @param steps what would have to be so, all of it, in words
   * @param outcome what it would lead to
   */
  public record Change(List<String> steps, Outcome outcome) {}

  /** {@return whether IMS may be used} */
  public boolean allowed() {
    return outcome == Outcome.ALLOW;
  }

  /** {@return the reason, in a sentence} */
  public String reason() {
    return rule.text();
  }

  /** {@return what the user must see beside the outcome} */
  public List<Rule> caveats() {
    return remarks(Effect.Caveat.class);
  }

  /** {@return what the user must be told loudly} */
  public List<Rule> complaints() {
    return remarks(Effect.Complain.class);
  }

  /** {@return what else is worth knowing} */
  public List<Rule> notes() {
    return remarks(Effect.Note.class);
  }

  private List<Rule> remarks(Class<? extends Effect> kind) {
    return fired.stream().map(Fired::rule).filter(rule -> kind.isInstance(rule.effect())).toList();
  }
}
