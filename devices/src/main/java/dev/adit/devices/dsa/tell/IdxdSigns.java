package dev.adit.devices.dsa.tell;

import dev.adit.platform.Sign;
import dev.adit.platform.Sign.Subject;

/** Questions about the driver idxd, which serves DSA and IAX. */
final class IdxdSigns {
  /** The function is bound to the driver. */
  static final Sign BOUND =
      Sign.ofFamily(Subject.FUNCTION, "idxd-bound", "the function is bound to idxd");

  /** The attribute pasid_enabled. */
  static final Sign PASID_ENABLED =
      Sign.ofFamily(Subject.FUNCTION, "idxd-pasid-enabled", "pasid_enabled is 1");

  /** The parameter sva. */
  static final Sign SVA = Sign.ofFamily(Subject.QUESTION, "idxd-sva", "idxd's parameter sva is on");

  /** The kernel is built with shared virtual memory for the driver. */
  static final Sign KERNEL_SVM =
      Sign.ofFamily(
          Subject.QUESTION, "kernel-idxd-svm", "the kernel is built with CONFIG_INTEL_IDXD_SVM");

  private IdxdSigns() {}
}
