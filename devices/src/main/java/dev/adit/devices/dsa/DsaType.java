package dev.adit.devices.dsa;

import dev.adit.devices.AdiType;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a virtual DSA is made of: so many work queues, each a whole dedicated one, or each a part of
 * a shared one.
 *
 * @param queues 1 to 31
 * @param shared whether it shares its queues with others
 */
public record DsaType(int queues, boolean shared) {
  /** One dedicated work queue. */
  public static final DsaType DEDICATED = new DsaType(1, false);

  /** A part of one shared work queue. */
  public static final DsaType SHARED = new DsaType(1, true);

  private static final int MOST_QUEUES = 31;
  private static final Pattern NAME = Pattern.compile("([1-9][0-9]?)([ds])wq");

  /** Checks the number of queues. */
  public DsaType {
    if (queues < 1 || queues > MOST_QUEUES) {
      throw new IllegalArgumentException("1 to 31 queues, not " + queues);
    }
  }

  /** {@return the type of a name such as {@code 1dwq} or {@code 2swq}, if it is one} */
  public static Optional<DsaType> parse(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches() || Integer.parseInt(matcher.group(1)) > MOST_QUEUES) {
      return Optional.empty();
    }
    return Optional.of(
        new DsaType(Integer.parseInt(matcher.group(1)), matcher.group(2).equals("s")));
  }

  /** {@return it as the contract has it: with an interrupt for each queue} */
  public AdiType plain() {
    String number = queues == 1 ? "one" : Integer.toString(queues);
    return new AdiType(
        toString(),
        number
            + (shared ? " shared" : " dedicated")
            + (queues == 1 ? " work queue" : " work queues")
            + (shared ? ", a part of each" : ""),
        queues);
  }

  /** {@return the name, such as {@code 1dwq}} */
  @Override
  public String toString() {
    return queues + (shared ? "swq" : "dwq");
  }
}
