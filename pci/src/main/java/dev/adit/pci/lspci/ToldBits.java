package dev.adit.pci.lspci;

import dev.adit.pci.ConfigSpace;
import dev.adit.pci.EmulatedConfigSpace;
import dev.adit.pci.spec.Field;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Bits of a configuration space that a text tells, and in which line. */
final class ToldBits {
  private final byte[] bytes = new byte[EmulatedConfigSpace.SIZE];
  private final byte[] known = new byte[EmulatedConfigSpace.SIZE];
  final Map<Integer, Integer> lines = new HashMap<>();

  ToldBits() {
    Arrays.fill(bytes, (byte) -1);
  }

  /** Takes a field of the capability at {@code base}; one that would lie outside is dropped. */
  void set(Field field, int base, long value, int line) {
    int at = base + field.register().offset();
    if (at < 0 || at > bytes.length - field.register().bytes()) {
      return;
    }
    field.write(bytes, base, value);
    field.write(known, base, -1);
    lines.putIfAbsent(at, line);
  }

  /** Takes a doubleword. */
  void word(int at, int value, int line) {
    if (at < 0 || at > bytes.length - 4) {
      return;
    }
    for (int i = 0; i < 4; i++) {
      bytes[at + i] = (byte) (value >>> (8 * i));
      known[at + i] = -1;
    }
    lines.putIfAbsent(at, line);
  }

  ConfigSpace config() {
    int end = bytes.length;
    while (end > 0 && known[end - 1] == 0) {
      end--;
    }
    int size = Math.max(end, 0x40);
    return ConfigSpace.ofBits(Arrays.copyOf(bytes, size), Arrays.copyOf(known, size));
  }
}
