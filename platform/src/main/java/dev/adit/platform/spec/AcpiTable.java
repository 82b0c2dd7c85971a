package dev.adit.platform.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** The 36-byte head that every ACPI description table begins with (ACPI 6.5, 5.2.6). */
final class AcpiTable {
  static final int HEADER = 36;

  private AcpiTable() {}

  /**
   * {@return the table cut to the length it claims, and names what is wrong with it}
   *
   * @param problems where problems go
   */
  static Bytes of(byte[] raw, String signature, List<String> problems) {
    Bytes bytes = Bytes.of(raw);
    String found = bytes.ascii(0, 4);
    long length = bytes.u32(4);
    if (!found.equals(signature)) {
      problems.add("signature '" + found + "' instead of " + signature);
    }
    if (length > raw.length || length < HEADER) {
      problems.add("claims a length of " + length + " and has " + raw.length + " bytes");
      return bytes;
    }
    Bytes table = bytes.part(0, (int) length);
    int sum = 0;
    for (int i = 0; i < table.length(); i++) {
      sum += table.u8(i);
    }
    if ((sum & 0xff) != 0) {
      problems.add("checksum is wrong");
    }
    return table;
  }

  /** How a run of structures is walked: each begins with its type and holds its length. */
  record Walk(int from, int lengthAt, int lengthBytes, int smallest) {
    List<Bytes> over(Bytes table, List<String> problems) {
      List<Bytes> structures = new ArrayList<>();
      IntFunction<Integer> lengthOf =
          at -> lengthBytes == 1 ? table.u8(at + lengthAt) : table.u16(at + lengthAt);
      int at = from;
      while (at < table.length()) {
        int length = lengthOf.apply(at);
        if (length < smallest || length > table.length() - at) {
          problems.add("structure at byte " + at + " has a length of " + length);
          break;
        }
        structures.add(table.part(at, length));
        at += length;
      }
      return structures;
    }
  }
}
