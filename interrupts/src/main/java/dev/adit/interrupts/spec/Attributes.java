package dev.adit.interrupts.spec;

import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;

/**
 * How an interrupt is delivered, beside destination and vector, packed into an {@code int} because
 * it travels on the data path. The codes are those of the local APIC (Intel SDM 3A, 11.6.1).
 */
public final class Attributes {
  /** A fixed, edge-triggered interrupt to a physical destination. */
  public static final int FIXED_EDGE = 0;

  /** Delivery modes. */
  public static final int FIXED = 0;

  public static final int LOWEST_PRIORITY = 1;
  public static final int SMI = 2;
  public static final int NMI = 4;
  public static final int INIT = 5;
  public static final int EXT_INT = 7;

  private static final Field DLM = bits("DLM", 2, 0);
  private static final Field DM = bit("DM", 3);
  private static final Field RH = bit("RH", 4);
  private static final Field TM = bit("TM", 5);

  private Attributes() {}

  /**
   * {@return packed attributes}
   *
   * @param mode delivery mode, 3 bits
   * @param logical destination mode
   * @param hint redirection hint
   * @param level trigger mode
   */
  public static int of(int mode, boolean logical, boolean hint, boolean level) {
    return (int)
        (DLM.of(mode) | DM.of(logical ? 1 : 0) | RH.of(hint ? 1 : 0) | TM.of(level ? 1 : 0));
  }

  /** {@return the delivery mode} */
  public static int mode(int attributes) {
    return (int) DLM.get(attributes);
  }

  /** {@return whether the destination is logical} */
  public static boolean logical(int attributes) {
    return DM.isSet(attributes);
  }

  /** {@return whether the redirection hint is set} */
  public static boolean hint(int attributes) {
    return RH.isSet(attributes);
  }

  /** {@return whether the interrupt is level-triggered} */
  public static boolean level(int attributes) {
    return TM.isSet(attributes);
  }

  /** {@return whether a delivery mode is one that exists; 3 and 6 are reserved} */
  public static boolean modeExists(int mode) {
    return mode != 3 && mode != 6;
  }
}
