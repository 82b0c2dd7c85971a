package dev.adit.pci;

/**
 * What a rule has to say about a function.
 *
 * @param rule the rule's name
 * @param text a sentence
 * @param hides whether it means that capabilities are hidden from us
 */
public record Finding(String rule, String text, boolean hides) {
  static Finding of(String rule, String text) {
    return new Finding(rule, text, false);
  }
}
