package dev.adit.vfiouser.spec;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** How numbers lie in a message: little-endian (the order of every host we run on), unaligned. */
public final class Wire {
  /** 8 bits. */
  public static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;

  /** 16 bits. */
  public static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** 32 bits. */
  public static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** 64 bits. */
  public static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Wire() {}
}
