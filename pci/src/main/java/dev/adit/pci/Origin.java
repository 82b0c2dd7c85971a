package dev.adit.pci;

import java.util.Map;
import java.util.Optional;

/**
 * Where in a file a function was read, and what the file calls it.
 *
 * @param kind from what
 * @param line the line its address is in, from 1; 0 for {@link Kind#ELSEWHERE}
 * @param lines by offset in configuration space, the line that tells the register which begins
 *     there; in a dump, of the row of 16 bytes
 * @param facts lines of what the kernel says about it, by the name that JSON has for the fact
 * @param className what the text calls its class
 * @param name what the text calls vendor and device
 */
public record Origin(
    Kind kind,
    int line,
    Map<Integer, Integer> lines,
    Map<String, Integer> facts,
    Optional<String> className,
    Optional<String> name) {
  private static final int ROW = ~15;

  /** From what a function was read. */
  public enum Kind {
    /** From no file with lines. */
    ELSEWHERE,
    /** From the bytes in a dump. */
    BYTES,
    /** From text alone. */
    TEXT
  }

  /** Not from a file with lines. */
  public static final Origin NONE =
      new Origin(Kind.ELSEWHERE, 0, Map.of(), Map.of(), Optional.empty(), Optional.empty());

  public Origin {
    lines = Map.copyOf(lines);
    facts = Map.copyOf(facts);
    className = className.map(Printable::of);
    name = name.map(Printable::of);
  }

  /** {@return the line that tells the register at an offset of configuration space; 0 if none} */
  public int lineOf(int offset) {
    int key = kind == Kind.BYTES ? offset & ROW : offset;
    return lines.getOrDefault(key, line);
  }
}
