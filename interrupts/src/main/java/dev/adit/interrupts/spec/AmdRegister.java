package dev.adit.interrupts.spec;

import static dev.adit.interrupts.spec.Field.Access.RO;
import static dev.adit.interrupts.spec.Field.Access.RW1C;
import static dev.adit.interrupts.spec.Field.bit;
import static dev.adit.interrupts.spec.Field.bits;
import static dev.adit.interrupts.spec.Field.reserved;

import dev.adit.interrupts.spec.Field.Access;
import org.jspecify.annotations.Nullable;

/**
 * The registers of an AMD I/O virtualization unit that its interrupt half has (AMD I/O
 * Virtualization Technology Specification, "MMIO Registers"), all of 64 bits. Fields of the DMA
 * half are reserved here, and read as zero.
 */
public enum AmdRegister {
  DEVICE_TABLE(0x0000, bits("SIZE", 8, 0), reserved(11, 9), base("DEVTABBASE"), reserved(63, 52)),
  COMMAND_BASE(
      0x0008,
      reserved(11, 0),
      base("COMBASE"),
      reserved(55, 52),
      bits("COMLEN", 59, 56),
      reserved(63, 60)),
  EVENT_BASE(
      0x0010,
      reserved(11, 0),
      base("EVENTBASE"),
      reserved(55, 52),
      bits("EVENTLEN", 59, 56),
      reserved(63, 60)),
  CONTROL(
      0x0018,
      bit("IOMMUEN", 0),
      reserved(1, 1),
      bit("EVENTLOGEN", 2),
      bit("EVENTINTEN", 3),
      bit("COMWAITINTEN", 4),
      reserved(11, 5),
      bit("CMDBUFEN", 12),
      reserved(16, 13),
      bit("GAEN", 17),
      reserved(49, 18),
      bit("XTEN", 50),
      reserved(63, 51)),
  FEATURES(
      0x0030,
      reserved(1, 0),
      bit("XTSUP", 2).as(RO),
      reserved(5, 3),
      bit("IASUP", 6).as(RO),
      bit("GASUP", 7).as(RO),
      reserved(20, 8),
      bits("GAMSUP", 23, 21).as(RO),
      reserved(63, 24)),
  COMMAND_HEAD(0x2000, reserved(3, 0), bits("CMDHEADPTR", 18, 4), reserved(63, 19)),
  COMMAND_TAIL(0x2008, reserved(3, 0), bits("CMDTAILPTR", 18, 4), reserved(63, 19)),
  EVENT_HEAD(0x2010, reserved(3, 0), bits("EVENTHEADPTR", 18, 4), reserved(63, 19)),
  EVENT_TAIL(0x2018, reserved(3, 0), bits("EVENTTAILPTR", 18, 4), reserved(63, 19)),
  STATUS(
      0x2020,
      bit("EVENTOVERFLOW", 0).as(RW1C),
      bit("EVENTLOGINT", 1).as(RW1C),
      bit("COMWAITINT", 2).as(RW1C),
      bit("EVENTLOGRUN", 3).as(RO),
      bit("CMDBUFRUN", 4).as(RO),
      reserved(63, 5));

  /** Bytes of the register block. */
  public static final int BLOCK_BYTES = 0x4000;

  private final int offset;

  // A layout is immutable: a record that copies its list.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Layout layout;

  AmdRegister(int offset, Field... fields) {
    this.offset = offset;
    this.layout = Layout.of(name(), 64, fields);
  }

  private static Field base(String name) {
    return bits(name, 51, 12);
  }

  /** {@return the register that a byte offset lies in, or null} */
  public static @Nullable AmdRegister at(long offset) {
    for (AmdRegister register : values()) {
      if (offset >= register.offset && offset < register.offset + 8) {
        return register;
      }
    }
    return null;
  }

  /** {@return the offset in bytes from the unit's base} */
  public int offset() {
    return offset;
  }

  /** {@return the fields} */
  public Layout layout() {
    return layout;
  }

  /** {@return one of the fields, by the mnemonic of the document} */
  public Field field(String mnemonic) {
    for (Field field : layout.fields()) {
      if (field.name().equals(mnemonic)) {
        return field;
      }
    }
    throw new IllegalArgumentException(name() + " has no " + mnemonic);
  }

  /** {@return what a write of the bytes under {@code lanes} leaves in the register} */
  public long written(long old, long value, long lanes) {
    long rw = layout.mask(Access.RW, 0) & lanes;
    long cleared = layout.mask(RW1C, 0) & lanes & value;
    return ((old & ~rw) | (value & rw)) & ~cleared;
  }
}
