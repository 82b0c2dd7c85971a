package dev.adit.platform;

/**
 * One rule of the decision.
 *
 * @param id its name, stable across versions
 * @param when the condition it fires on
 * @param effect what it does
 * @param text why, in a sentence for the user
 * @param source who says so
 */
public record Rule(String id, Condition when, Effect effect, String text, String source) {}
