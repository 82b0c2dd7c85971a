package dev.adit.interrupts.spec;

/**
 * A run of bits in a register or a memory structure, as the manuals print it.
 *
 * <p>Structures longer than 64 bits number their bits through; {@link #word} says which 64-bit word
 * a field lies in, and {@link #get} and {@link #set} take that word.
 *
 * @param name the mnemonic of the document, {@code "R"} for reserved bits
 * @param lsb the lowest bit
 * @param width the number of bits, 1 to 64; a field does not cross a 64-bit word
 * @param access what software may do with it
 */
public record Field(String name, int lsb, int width, Access access) {
  /** How a field answers software, in the terms of the manuals. */
  public enum Access {
    /** Readable and writable. */
    RW,
    /** Read-only. */
    RO,
    /** Writing 1 clears it. */
    RW1C,
    /** Write-only, reads as 0. */
    WO,
    /** Reserved: has to be 0. */
    RSVD
  }

  public Field {
    if (lsb < 0 || width < 1 || (lsb & 63) + width > 64) {
      throw new IllegalArgumentException(name + " at " + lsb + ", " + width + " bits");
    }
  }

  /** {@return the field of bits {@code high} down to {@code low}} */
  public static Field bits(String name, int high, int low) {
    return new Field(name, low, high - low + 1, Access.RW);
  }

  /** {@return the one-bit field at {@code bit}} */
  public static Field bit(String name, int bit) {
    return new Field(name, bit, 1, Access.RW);
  }

  /** {@return reserved bits {@code high} down to {@code low}} */
  public static Field reserved(int high, int low) {
    return new Field("R", low, high - low + 1, Access.RSVD);
  }

  /** {@return this field with another access} */
  public Field as(Access other) {
    return new Field(name, lsb, width, other);
  }

  /** {@return the index of the 64-bit word that holds the field} */
  public int word() {
    return lsb >>> 6;
  }

  /** {@return ones where the field lies in its word} */
  public long mask() {
    return (-1L >>> (64 - width)) << (lsb & 63);
  }

  /** {@return the field's value, unsigned} */
  public long get(long word) {
    return (word >>> (lsb & 63)) & (-1L >>> (64 - width));
  }

  /** {@return whether any bit of the field is set} */
  public boolean isSet(long word) {
    return (word & mask()) != 0;
  }

  /** {@return the word with the field replaced; bits of {@code value} beyond the field are cut} */
  public long set(long word, long value) {
    return (word & ~mask()) | ((value << (lsb & 63)) & mask());
  }

  /** {@return the field alone, holding {@code value}} */
  public long of(long value) {
    return set(0, value);
  }
}
