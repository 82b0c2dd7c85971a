package dev.adit.pci;

import java.util.Optional;

/**
 * Requester IDs that a function computes for its virtual functions or SDIs.
 *
 * @param parent the function
 * @param offset from the function to the first
 * @param stride from one to the next
 * @param count how many
 */
public record RequesterIds(PciAddress parent, int offset, int stride, int count) {
  private static final int BUSES_END = 1 << 16;

  /**
   * {@return one of them; nothing if it would lie behind bus 255}
   *
   * @param index from 0
   */
  public Optional<PciAddress> at(int index) {
    long id = parent.requesterId() + offset + (long) stride * index;
    return index < 0 || index >= count || id >= BUSES_END
        ? Optional.empty()
        : Optional.of(PciAddress.of(parent.domain(), (int) id));
  }

  /** {@return the last one} */
  public Optional<PciAddress> last() {
    return at(count - 1);
  }

  /** {@return what is wrong with the numbers, if anything} */
  public Optional<String> problem() {
    if (count == 0) {
      return Optional.empty();
    }
    if (offset == 0) {
      return Optional.of("the first has the offset 0, which is the function itself");
    }
    if (count > 1 && stride == 0) {
      return Optional.of("%d of them share one requester ID: the stride is 0".formatted(count));
    }
    return last().isEmpty() ? Optional.of("the last lies behind bus 255") : Optional.empty();
  }
}
