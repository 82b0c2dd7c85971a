package dev.adit.pci;

import java.util.function.Predicate;

/** Which functions are meant, in the notation of lspci; omitted parts and "*" match anything. */
public final class Selection {
  private static final int ANY = -1;

  private Selection() {}

  /**
   * {@return the functions at <code>[[domain:]bus:][device][.[function]]</code>}
   *
   * @throws IllegalArgumentException if the text is something else
   */
  public static Predicate<PciAddress> address(String text) {
    String rest = text;
    int domain = ANY;
    int bus = ANY;
    int colon = rest.lastIndexOf(':');
    if (colon >= 0) {
      String before = rest.substring(0, colon);
      rest = rest.substring(colon + 1);
      int second = before.indexOf(':');
      if (second >= 0) {
        domain = number(before.substring(0, second), Integer.MAX_VALUE, text);
        before = before.substring(second + 1);
      }
      bus = number(before, 0xff, text);
    }
    int dot = rest.indexOf('.');
    int device = number(dot < 0 ? rest : rest.substring(0, dot), 0x1f, text);
    int function = dot < 0 ? ANY : number(rest.substring(dot + 1), 7, text);
    int wantedDomain = domain;
    int wantedBus = bus;
    return at ->
        matches(wantedDomain, at.domain())
            && matches(wantedBus, at.bus())
            && matches(device, at.device())
            && matches(function, at.function());
  }

  /**
   * {@return the functions with <code>[vendor]:[device][:class[:prog-if]]</code>, where digits of
   * the class may be x}
   *
   * @throws IllegalArgumentException if the text is something else
   */
  public static Predicate<SeenFunction> ids(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length < 2 || parts.length > 4) {
      throw new IllegalArgumentException("not [vendor]:[device][:class[:prog-if]]: " + text);
    }
    int vendor = number(parts[0], 0xffff, text);
    int device = number(parts[1], 0xffff, text);
    Predicate<Integer> classes = pattern(parts.length > 2 ? parts[2] : "", 4, text);
    Predicate<Integer> interfaces = pattern(parts.length > 3 ? parts[3] : "", 2, text);
    return function ->
        matches(vendor, function.vendor())
            && matches(device, function.device())
            && classes.test(function.classId())
            && interfaces.test(function.config().u8(9));
  }

  private static boolean matches(int wanted, int value) {
    return wanted == ANY || wanted == value;
  }

  private static int number(String part, int most, String text) {
    if (part.isEmpty() || part.equals("*")) {
      return ANY;
    }
    int value = PciAddress.hex(part, 0, part.length());
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(
          "'%s' in '%s' is no hexadecimal number from 0 to %x".formatted(part, text, most));
    }
    return value;
  }

  private static Predicate<Integer> pattern(String part, int digits, String text) {
    if (part.isEmpty() || part.equals("*")) {
      return value -> true;
    }
    int mask = 0;
    int wanted = 0;
    if (part.length() > digits) {
      throw new IllegalArgumentException("'" + part + "' in '" + text + "' is too long");
    }
    // A short pattern means leading zeros, as a number would.
    for (char c : ("0".repeat(digits - part.length()) + part).toCharArray()) {
      boolean any = c == 'x' || c == 'X';
      int digit = any ? 0 : Character.digit(c, 16);
      if (digit < 0) {
        throw new IllegalArgumentException("'" + part + "' in '" + text + "' is no pattern");
      }
      mask = (mask << 4) | (any ? 0 : 0xf);
      wanted = (wanted << 4) | digit;
    }
    int bits = mask;
    int value = wanted;
    return actual -> (actual & bits) == value;
  }
}
