package dev.adit.vfiouser;

/**
 * An interrupt index of a device.
 *
 * @param count number of vectors, 0 to 65536
 * @param maskable whether the client may mask and unmask vectors
 * @param automasked whether a vector masks itself when it fires, as a level-triggered one has to
 * @param noresize whether the vectors are set up all at once
 */
public record Irq(int count, boolean maskable, boolean automasked, boolean noresize) {
  /** The indices of a PCI device. */
  public static final int INTX = 0, MSI = 1, MSIX = 2, ERR = 3, REQ = 4;

  /** Checks the count. */
  public Irq {
    if (count < 0 || count > 1 << 16) {
      throw new IllegalArgumentException("0 to 65536 vectors, not " + count);
    }
  }

  /** {@return an index without vectors} */
  public static Irq none() {
    return new Irq(0, false, false, false);
  }

  /** {@return a level-triggered pin, as the kernel's vfio-pci reports it} */
  public static Irq intx() {
    return new Irq(1, true, true, false);
  }

  /** {@return message-signalled vectors, as the kernel's vfio-pci reports them} */
  public static Irq messages(int count) {
    return new Irq(count, false, false, true);
  }
}
