package dev.adit.interrupts.spec;

import dev.adit.interrupts.spec.Field.Access;
import java.util.List;

/**
 * A register or memory structure: its fields from bit 0 upwards, without gap or overlap.
 *
 * @param name the name in the document
 * @param width bits, 32 or a multiple of 64
 * @param fields all fields, reserved ones included
 */
public record Layout(String name, int width, List<Field> fields) {
  public Layout {
    fields = List.copyOf(fields);
    int next = 0;
    for (Field field : fields) {
      if (field.lsb() != next) {
        throw new IllegalArgumentException(name + ": bit " + next + " is not described");
      }
      next += field.width();
    }
    if (next != width) {
      throw new IllegalArgumentException(name + ": " + next + " of " + width + " bits described");
    }
  }

  /** {@return the layout made of these fields} */
  public static Layout of(String name, int width, Field... fields) {
    return new Layout(name, width, List.of(fields));
  }

  /** {@return ones where the fields with this access lie in a 64-bit word} */
  public long mask(Access access, int word) {
    long mask = 0;
    for (Field field : fields) {
      if (field.access() == access && field.word() == word) {
        mask |= field.mask();
      }
    }
    return mask;
  }

  /** {@return the fields that are not 0, as text: {@code P=1 V=31 SID=100}, in hexadecimal} */
  public String text(long... words) {
    StringBuilder text = new StringBuilder();
    for (Field field : fields) {
      long value = field.get(words[field.word()]);
      if (value != 0) {
        text.append(text.isEmpty() ? "" : " ").append(field.name()).append('=');
        text.append(Long.toHexString(value));
      }
    }
    return text.toString();
  }
}
