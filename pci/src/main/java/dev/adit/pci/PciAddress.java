package dev.adit.pci;

import java.util.Optional;

/**
 * Where a function is.
 *
 * @param domain 0 to 0x7fffffff; more than 16 bits behind some host bridges
 * @param bus 0 to 255
 * @param device 0 to 31
 * @param function 0 to 7
 */
public record PciAddress(int domain, int bus, int device, int function)
    implements Comparable<PciAddress> {
  public PciAddress {
    if (domain < 0 || bus < 0 || bus > 255 || device < 0 || device > 31) {
      throw new IllegalArgumentException("not a PCI address");
    }
    if (function < 0 || function > 7) {
      throw new IllegalArgumentException("not a PCI function: " + function);
    }
  }

  /** {@return the function behind a requester ID} */
  public static PciAddress of(int domain, int requesterId) {
    return new PciAddress(
        domain, requesterId >>> 8 & 0xff, requesterId >>> 3 & 0x1f, requesterId & 7);
  }

  /** {@return the address in a text such as 6a:01.0 or 0000:6a:01.0, or nothing} */
  public static Optional<PciAddress> parse(CharSequence text) {
    int dot = text.length() - 2;
    int colon = dot - 3;
    if (colon < 2 || text.charAt(dot) != '.' || text.charAt(colon) != ':') {
      return Optional.empty();
    }
    int bus = hex(text, colon - 2, colon);
    int device = hex(text, colon + 1, dot);
    int function = hex(text, dot + 1, dot + 2);
    int domain = 0;
    if (colon > 2) {
      boolean shaped = colon >= 4 && colon <= 11 && text.charAt(colon - 3) == ':';
      domain = shaped ? hex(text, 0, colon - 3) : -1;
    }
    return domain < 0 || bus < 0 || device < 0 || device > 31 || function < 0 || function > 7
        ? Optional.empty()
        : Optional.of(new PciAddress(domain, bus, device, function));
  }

  /** {@return the number in some digits, or -1} */
  static int hex(CharSequence text, int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = Character.digit(text.charAt(i), 16);
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return from < to && value <= Integer.MAX_VALUE ? (int) value : -1;
  }

  /** {@return the 16 bits with which it signs its requests} */
  public int requesterId() {
    return bus << 8 | device << 3 | function;
  }

  /** {@return the address without domain, as in 6a:01.0} */
  public String local() {
    StringBuilder text = new StringBuilder(12);
    digits(text, bus, 2);
    digits(text.append(':'), device, 2);
    return text.append('.').append(function).toString();
  }

  /** {@return the address with domain, as in 0000:6a:01.0} */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(12);
    digits(text, domain, 4);
    return text.append(':').append(local()).toString();
  }

  private static void digits(StringBuilder text, int value, int count) {
    String digits = Integer.toHexString(value);
    text.repeat('0', Math.max(0, count - digits.length())).append(digits);
  }

  @Override
  public int compareTo(PciAddress other) {
    int byDomain = Integer.compare(domain, other.domain);
    return byDomain != 0 ? byDomain : Integer.compare(requesterId(), other.requesterId());
  }
}
