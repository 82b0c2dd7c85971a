package dev.adit.cli.serve;

import dev.adit.host.VmArguments.Accelerator;

/** How what a guest's driver stores at a portal gets to the device. */
public enum PortalAccess {
  /** Each store is trapped and sent as a message. */
  trap,
  /** The portal's page is mapped into the guest. */
  mmap;

  /** {@return a way by its name; trap where nothing is named, as that is what happens then} */
  public static PortalAccess of(String name) {
    return name.equals(mmap.name()) ? mmap : trap;
  }

  /**
   * {@return who can execute a guest on this machine: KVM cannot emulate the instruction that
   * writes to a trapped portal}
   */
  public Accelerator accelerator() {
    return this == mmap ? Accelerator.ofThisMachine() : Accelerator.TCG;
  }
}
