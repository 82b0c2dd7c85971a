package dev.adit.host.control;

/**
 * A type of devices that a function offers.
 *
 * @param name such as {@code 1dwq}
 * @param description in words
 * @param available how many more could be started now
 */
public record TypeStatus(String name, String description, int available) {}
