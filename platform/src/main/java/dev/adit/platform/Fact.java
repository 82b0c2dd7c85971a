package dev.adit.platform;

/**
 * One answer and where it comes from.
 *
 * @param sign the question
 * @param truth the answer
 * @param detail what was seen, in words; for UNKNOWN why nothing was seen
 * @param source file and line, or register, that says so
 */
public record Fact(Sign sign, Truth truth, String detail, String source) {
  /** {@return a fact that nobody looked for} */
  public static Fact unknown(Sign sign) {
    return new Fact(sign, Truth.UNKNOWN, "not looked for", "");
  }
}
