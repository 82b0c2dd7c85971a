package dev.adit.devices;

/**
 * Where something was written, for messages.
 *
 * @param source a file, or what else the text came from
 * @param line from 1 on
 * @param column from 1 on
 */
public record Place(String source, int line, int column) {
  @Override
  public String toString() {
    return source + ":" + line + ":" + column;
  }
}
