package dev.adit.host;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a virtual device is made of: so many work queues, each a whole dedicated one, or each a part
 * of a shared one.
 *
 * @param queues 1 to 31
 * @param shared whether it shares its queues with others
 */
public record AdiType(int queues, boolean shared) {
  /** One dedicated work queue. */
  public static final AdiType DEDICATED = new AdiType(1, false);

  /** A part of one shared work queue. */
  public static final AdiType SHARED = new AdiType(1, true);

  private static final int MOST_QUEUES = 31;
  private static final Pattern NAME = Pattern.compile("([1-9][0-9]?)([ds])wq");

  /** Checks the number of queues. */
  public AdiType {
    if (queues < 1 || queues > MOST_QUEUES) {
      throw new IllegalArgumentException("1 to 31 queues, not " + queues);
    }
  }

  /** {@return the type of a name such as {@code 1dwq} or {@code 2swq}, if it is one} */
  public static Optional<AdiType> parse(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches() || Integer.parseInt(matcher.group(1)) > MOST_QUEUES) {
      return Optional.empty();
    }
    return Optional.of(
        new AdiType(Integer.parseInt(matcher.group(1)), matcher.group(2).equals("s")));
  }

  /** {@return the name, such as {@code 1dwq}} */
  @Override
  public String toString() {
    return queues + (shared ? "swq" : "dwq");
  }
}
