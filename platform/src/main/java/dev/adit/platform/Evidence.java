package dev.adit.platform;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What is known about a machine and one of its functions: an answer for every sign. Immutable. */
public final class Evidence {
  /** Nothing is known. */
  public static final Evidence NONE = new Evidence(new TreeMap<>());

  private final Map<Sign, Fact> facts;

  private Evidence(Map<Sign, Fact> facts) {
    this.facts = facts;
  }

  /** {@return the answer for a sign; UNKNOWN when nobody looked} */
  public Fact fact(Sign sign) {
    Fact fact = facts.get(sign);
    return fact == null ? Fact.unknown(sign) : fact;
  }

  /** {@return whether a sign holds} */
  public Truth truth(Sign sign) {
    Fact fact = facts.get(sign);
    return fact == null ? Truth.UNKNOWN : fact.truth();
  }

  /** {@return the facts somebody looked for, in the order of the signs} */
  public Collection<Fact> facts() {
    return java.util.Collections.unmodifiableCollection(facts.values());
  }

  /** {@return this with one more fact; the last one given for a sign counts} */
  public Evidence with(Fact fact) {
    Map<Sign, Fact> more = new TreeMap<>(facts);
    more.put(fact.sign(), fact);
    return new Evidence(more);
  }

  /** {@return this with an answer that somebody assumes} */
  public Evidence assuming(Sign sign, Truth truth) {
    return with(new Fact(sign, truth, "assumed", "assumption"));
  }

  /** {@return this and the facts of another; where both answer, the other counts} */
  public Evidence and(Evidence other) {
    Map<Sign, Fact> more = new TreeMap<>(facts);
    more.putAll(other.facts);
    return new Evidence(more);
  }

  /** {@return evidence of these facts; the last one for a sign counts} */
  public static Evidence of(Collection<Fact> facts) {
    Map<Sign, Fact> map = new TreeMap<>();
    facts.forEach(fact -> map.put(fact.sign(), fact));
    return new Evidence(map);
  }

  /** {@return evidence that answers these signs} */
  public static Evidence of(Map<Sign, Truth> answers) {
    Evidence evidence = NONE;
    for (Map.Entry<Sign, Truth> answer : answers.entrySet()) {
      evidence = evidence.assuming(answer.getKey(), answer.getValue());
    }
    return evidence;
  }

  /** {@return whether both give the same answers, whatever the sources} */
  public boolean agreesWith(Evidence other) {
    return Stream.of(facts, other.facts)
        .flatMap(each -> each.keySet().stream())
        .allMatch(sign -> truth(sign) == other.truth(sign));
  }

  @Override
  public String toString() {
    return facts.values().toString();
  }
}
