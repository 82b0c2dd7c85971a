package dev.adit.machine;

import dev.adit.interrupts.IsolationLevel;
import java.util.Map;

/**
 * What became of one kind of attack.
 *
 * @param kind the kind
 * @param level what was in place against it
 * @param tried how many attempts
 * @param through how many of them reached somebody else, or took something from somebody else
 * @param stopped what stopped the others, with how often it spoke up
 */
public record Attack(
    Kind kind, IsolationLevel level, long tried, long through, Map<String, Long> stopped) {

  /** The attacks, with the level that claims to stop each. */
  public enum Kind {
    FORGED_COMPATIBILITY(
        "a compatibility message by DMA, from a function of one's own",
        IsolationLevel.REQUESTER_ID),
    FORGED_REMAPPABLE(
        "a remappable message by DMA that names another tenant's entry",
        IsolationLevel.REQUESTER_ID),
    INDEX_PAST_TABLE(
        "handles past the store, messages past the remapping table", IsolationLevel.REQUESTER_ID),
    WRONG_REQUESTER("another requester ID, under each SVT and SQ", IsolationLevel.REQUESTER_ID),
    REPLAY("a message of one's own, replayed after it was destroyed", IsolationLevel.REQUESTER_ID),
    SHARED_REQUESTER(
        "another tenant's message by DMA, from a sub-device of the same function",
        IsolationLevel.DEVICE_PASID),
    FOREIGN_HANDLE("another tenant's completion handle", IsolationLevel.DEVICE_PASID),
    FOREIGN_ENTRY("writing another tenant's IMS entry", IsolationLevel.DEVICE_PASID),
    ENTRY_REUSE("a handle whose entry has a new owner", IsolationLevel.DEVICE_PASID),
    OWN_STORE("another tenant's message in one's own queue memory", IsolationLevel.REMAPPER_PASID),
    TAGGED_WRITE("a write with PASID to 0xFEExxxxx", IsolationLevel.NONE),
    MASK_RACE("masking and unmasking against the device", IsolationLevel.NONE),
    EXHAUSTION("taking all entries and vectors", IsolationLevel.NONE);

    private final String text;
    private final IsolationLevel stoppedFrom;

    Kind(String text, IsolationLevel stoppedFrom) {
      this.text = text;
      this.stoppedFrom = stoppedFrom;
    }

    /** {@return the attack in words} */
    public String text() {
      return text;
    }

    /** {@return whether it needs a function that attacker and victim share} */
    public boolean needsSharedFunction() {
      return stoppedFrom.compareTo(IsolationLevel.REQUESTER_ID) > 0;
    }

    /** {@return the lowest level that claims to stop it; NONE for what the core stops itself} */
    public IsolationLevel stoppedFrom() {
      return stoppedFrom;
    }
  }

  /** {@return whether the level claims to stop this} */
  public boolean claimed() {
    return level.compareTo(kind.stoppedFrom()) >= 0;
  }

  /** {@return whether something got through that the level claims to stop} */
  public boolean broken() {
    return claimed() && through != 0;
  }
}
