package dev.adit.devices;

import dev.adit.devices.Refusal.Reason;

/** A {@link Refusal} on its way to whoever asked. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 2;

  private final transient Refusal refusal;

  /** Refuses with a sentence that says what to do. */
  public RefusedException(Reason reason, String sentence) {
    super(sentence);
    refusal = new Refusal(reason, sentence);
  }

  /** Refuses with a sentence that says what to do. */
  public RefusedException(Reason reason, String sentence, Throwable cause) {
    super(sentence, cause);
    refusal = new Refusal(reason, sentence);
  }

  /** Passes a refusal on. */
  public RefusedException(Refusal refusal) {
    super(refusal.message());
    this.refusal = refusal;
  }

  /** {@return a refusal of what is written at a place} */
  public static RefusedException at(Place place, String sentence) {
    return new RefusedException(Reason.BAD_REQUEST, place + ": " + sentence);
  }

  /** {@return the refusal itself} */
  public Refusal refusal() {
    return refusal;
  }

  /** {@return why} */
  public Reason reason() {
    return refusal.reason();
  }

  /** {@return the sentence} */
  public String sentence() {
    return refusal.message();
  }
}
