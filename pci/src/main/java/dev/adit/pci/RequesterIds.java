package dev.adit.pci;

import dev.adit.pci.spec.Field;
import dev.adit.pci.spec.Siov;
import dev.adit.pci.spec.SrIov;
import java.util.List;
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

  /** {@return those of a capability that has some: SR-IOV or SIOV of PCIe 7.0} */
  public static Optional<RequesterIds> of(SeenFunction function, Capability capability) {
    if (capability.key().equals(SrIov.KEY)
        && function.config().visible(SrIov.ENABLE, capability.offset())) {
      // Before they are enabled, those that could be are of interest.
      boolean on = value(function, capability, SrIov.ENABLE) != 0;
      Field count = on ? SrIov.NUMBER_OF_VFS : SrIov.TOTAL_VFS;
      return read(function, capability, SrIov.VF_OFFSET, SrIov.VF_STRIDE, count);
    }
    return capability.key().equals(Siov.KEY)
        ? read(function, capability, Siov.FIRST_OFFSET, Siov.STRIDE, Siov.TOTAL_SDIS)
        : Optional.empty();
  }

  private static Optional<RequesterIds> read(
      SeenFunction function, Capability capability, Field offset, Field stride, Field count) {
    for (Field field : List.of(offset, stride, count)) {
      if (!function.config().visible(field, capability.offset())) {
        return Optional.empty();
      }
    }
    return Optional.of(
        new RequesterIds(
            function.address(),
            value(function, capability, offset),
            value(function, capability, stride),
            value(function, capability, count)));
  }

  private static int value(SeenFunction function, Capability capability, Field field) {
    return (int) function.config().get(field, capability.offset());
  }

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
