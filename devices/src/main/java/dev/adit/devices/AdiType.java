package dev.adit.devices;

/**
 * A type of assignable device interface that a function offers.
 *
 * @param name what users call it, such as {@code 1dwq}
 * @param description in words
 * @param vectors interrupts beside vector 0, which is emulated; each takes an entry of a store
 */
public record AdiType(String name, String description, int vectors) {
  @Override
  public String toString() {
    return name;
  }
}
