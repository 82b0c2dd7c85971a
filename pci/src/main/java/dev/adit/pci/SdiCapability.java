package dev.adit.pci;

import dev.adit.pci.spec.Siov;
import java.util.OptionalInt;

/**
 * Scalable I/O Virtualization of PCIe 7.0 of an emulated function: Scalable Device Interfaces whose
 * requester IDs follow from the function's by the strided rule. SDI n, counted from 0, has the ID
 * of the function plus {@code firstOffset + n * stride}.
 *
 * @param total SDIs, 1 to 65535
 * @param firstOffset from the function to its first SDI, 1 to 65535
 * @param stride from one SDI to the next, 0 to 65535; not 0 where there are several
 */
public record SdiCapability(int total, int firstOffset, int stride) implements EmulatedCapability {
  private static final int MOST = 0xFFFF;

  public SdiCapability {
    if (total < 1 || total > MOST) {
      throw new IllegalArgumentException("SDIs: " + total);
    }
    if (firstOffset < 1 || firstOffset > MOST) {
      throw new IllegalArgumentException("offset of the first SDI: " + firstOffset);
    }
    if (stride < (total > 1 ? 1 : 0) || stride > MOST) {
      throw new IllegalArgumentException("stride of SDIs: " + stride);
    }
  }

  @Override
  public CapabilityImage image() {
    return CapabilityImage.of(Siov.LAYOUT)
        .with(Siov.TOTAL_SDIS, total)
        .with(Siov.FIRST_OFFSET, firstOffset)
        .with(Siov.STRIDE, stride);
  }

  /**
   * {@return the requester ID of an SDI, 16 bits; nothing if it would lie behind bus 255}
   *
   * @param function the requester ID of the function
   * @param index from 0
   */
  public OptionalInt requesterId(int function, int index) {
    long id = function + firstOffset + (long) stride * index;
    return index < 0 || index >= total || id > MOST
        ? OptionalInt.empty()
        : OptionalInt.of((int) id);
  }
}
