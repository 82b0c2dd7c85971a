package dev.adit.interrupts.remap;

import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;

import dev.adit.interrupts.spec.FaultReason;
import dev.adit.interrupts.spec.Field;
import java.util.Optional;

/**
 * What became of a request. Travels as a {@code long}, so that nothing is allocated for it; this
 * record is the reading glass.
 *
 * @param packed as {@link Remapper#remap} returned them
 */
public record Outcome(long packed) {
  /** The ways a request can go. */
  public enum Kind {
    /** Not in the interrupt range, or tagged with a PASID: the DMA side has to handle it. */
    NOT_INTERRUPT(0),
    /** Delivered as the table entry says. */
    REMAPPED(1),
    /** Set in a posted-interrupt descriptor, nobody notified. */
    POSTED(2),
    /** Set in a posted-interrupt descriptor, and the notification sent. */
    NOTIFIED(3),
    /** Delivered as the message itself says. */
    COMPATIBILITY(4),
    /** Blocked; the sender sees Unsupported Request. */
    FAULT(5),
    /** Blocked with Unsupported Request and without record: no fault by the specification. */
    UNSUPPORTED(6),
    /** A zero-length read: succeeds and means nothing. */
    IGNORED(7);

    private final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  private static final Field KIND = bits("KIND", 3, 0);
  private static final Field SUPPRESSED = bit("SUPPRESSED", 4);
  private static final Field CODE = bits("CODE", 15, 8);
  private static final Field INDEX = bits("INDEX", 31, 16);
  private static final Field TARGET = bits("TARGET", 63, 32);
  private static final Kind[] KINDS = Kind.values();

  static final long NOT_INTERRUPT = KIND.of(Kind.NOT_INTERRUPT.code);
  static final long UNSUPPORTED = KIND.of(Kind.UNSUPPORTED.code);
  static final long IGNORED = KIND.of(Kind.IGNORED.code);

  static long delivered(Kind kind, int index, int destination, int vector) {
    return KIND.of(kind.code) | CODE.of(vector) | INDEX.of(index) | TARGET.of(destination);
  }

  static long fault(FaultReason reason, int index, boolean suppressed) {
    return KIND.of(Kind.FAULT.code)
        | SUPPRESSED.of(suppressed ? 1 : 0)
        | CODE.of(reason.code())
        | INDEX.of(index);
  }

  /** {@return whether a packed outcome says that the request was blocked} */
  public static boolean isFault(long packed) {
    return KIND.get(packed) == Kind.FAULT.code;
  }

  /** {@return whether a packed outcome says that an interrupt came out} */
  public static boolean arrived(long packed) {
    long kind = KIND.get(packed);
    return kind >= Kind.REMAPPED.code && kind <= Kind.COMPATIBILITY.code;
  }

  /** {@return which way the request went} */
  public Kind kind() {
    return KINDS[(int) KIND.get(packed)];
  }

  /** {@return whether an interrupt came out, at once or in a descriptor} */
  public boolean arrived() {
    return arrived(packed);
  }

  /** {@return why the request was blocked, if it was} */
  public Optional<FaultReason> reason() {
    return kind() == Kind.FAULT ? FaultReason.of((int) CODE.get(packed)) : Optional.empty();
  }

  /** {@return whether the entry's FPD bit kept the fault out of the log} */
  public boolean suppressed() {
    return SUPPRESSED.isSet(packed);
  }

  /** {@return the table entry, if the way led through one; 0 otherwise} */
  public int index() {
    return (int) INDEX.get(packed);
  }

  /** {@return the vector of an interrupt that arrived; the virtual one if posted} */
  public int vector() {
    return (int) CODE.get(packed);
  }

  /** {@return the destination, or of a posted interrupt the notification's, 0 if none was sent} */
  public int destination() {
    return (int) TARGET.get(packed);
  }

  @Override
  public String toString() {
    return switch (kind()) {
      case FAULT ->
          "FAULT %s index %d%s"
              .formatted(
                  reason().map(FaultReason::name).orElse("?"),
                  index(),
                  suppressed() ? ", suppressed" : "");
      case REMAPPED, POSTED, NOTIFIED, COMPATIBILITY ->
          "%s vector 0x%x destination %d index %d"
              .formatted(kind(), vector(), destination(), index());
      case NOT_INTERRUPT, UNSUPPORTED, IGNORED -> kind().name();
    };
  }
}
